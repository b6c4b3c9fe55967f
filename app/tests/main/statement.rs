//! A team's yearly statement and the statistics are read from different tables and come to the same figures.

use crate::district::{District, whole};
use kernel::policy::Role;
use kernel::{Tx, args};
use testkit::{TestApp, on_both};

#[tokio::test]
async fn the_totals_of_a_teams_statement_are_the_figures_of_the_statistics() {
    on_both(crate::district::all, async |app: TestApp| {
        let district = District::settle(&app).await;
        let officer = district.somebody("officer", vec![whole(Role::District)], None).await;
        let token = officer.token.as_deref();
        let (session, entry, tenant, cx) = (district.near.over.session, district.near.entry, app.tenant, app.cx());
        let change = async move |tx: &mut Tx<'_>| {
            tx.execute("UPDATE activity_session SET served = 37 WHERE id = $1", args![session]).await?;
            hours::served_changed(tx, tenant, session).await?;
            let entry = hours::find(tx, tenant, hours::EntryId(entry)).await?;
            hours::reverse(tx, &cx, &entry, "记错了人").await
        };
        app.write(change).await.unwrap();
        app.run_recurring("hours.roll_up").await;
        let path = "/api/v1/statistics?year=2026&group=team";
        let figures = officer.visitor.json("GET", path, token, None, None).await.expect(200).json();
        let rows = figures["rows"].as_array().unwrap();
        for (_, corner) in district.corners() {
            let path = format!("/api/v1/teams/{}/statement?year=2026", corner.team);
            let said = officer.visitor.json("GET", &path, token, None, None).await.expect(200).json();
            let row =
                rows.iter().find(|row| row["name"] == said["name"]).unwrap_or_else(|| panic!("{said} in {rows:?}"));
            for figure in ["minutes", "services", "served", "active"] {
                assert_eq!(said[figure], row[figure], "{figure} of {}", said["name"]);
            }
            assert_eq!(said["minutes"], if corner.team == district.near.team { 120 } else { 300 });
        }
    })
    .await;
}
