//! Coming within a window of free hours.

use super::{Stage, minutes, rooms};
use kernel::args;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn whoever_comes_within_the_window_has_their_hours_up_to_the_most_of_a_visit() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let free = "UPDATE activity_session SET flexible = TRUE, visit_minutes = 60 WHERE id = $1";
        app.sql(free, args![open.session.id].to_vec()).await;
        let (short, long) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        open.join(&short).await.expect(303);
        open.join(&long).await.expect(303);
        stage.keep_up().await;
        for (who, from, to, wanted) in [(&short, "14:40", "15:10", 30), (&long, "15:00", "16:50", 60)] {
            let person = who.person.unwrap().to_string();
            app.at(&format!("2026-11-23T{from}")).await;
            stage.leader.post(&open.at("/arrivals"), &[("person", &person)]).await.expect(303);
            app.at(&format!("2026-11-23T{to}")).await;
            stage.leader.post(&open.at("/departures"), &[("person", &person)]).await.expect(303);
            assert_eq!(minutes(&app, who.person.unwrap()).await, wanted);
        }
        // A visit that is claimed afterwards is no longer than one that was taken.
        let third = stage.volunteer("丙三").await;
        app.at("2026-11-23T13:00").await;
        open.join(&third).await.expect(303);
        app.at("2026-11-23T18:00").await;
        let person = third.person.unwrap().to_string();
        let (from, to) = (format!("from:{person}"), format!("to:{person}"));
        for (until, status) in [("16:00", 422), ("15:00", 303)] {
            let fields = [("person", person.as_str()), (&from, "14:00"), (&to, until), ("reason", "码坏了")];
            stage.leader.upload(&open.at("/claims"), &fields, ("sheet", "", b"")).await.expect(status);
        }
    })
    .await;
}
