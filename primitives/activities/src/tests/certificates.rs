//! Activities that ask for a certificate: valid on the day of the session, asked again wherever the rules are.

use super::{Stage, post, rooms, signup_of, with};
use kernel::ids::Raw;
use kernel::{Read as _, args, row};
use people::PersonId;
use people::certificates::{CertificateKindId, NewCertificate, NewKind, add_kind, keep};
use testkit::{TestApp, Visitor, on_both};

impl Stage {
    async fn kind(&self, name: &str) -> CertificateKindId {
        let (cx, new) = (self.app.cx(), NewKind { name: name.to_owned(), months: None });
        self.app.write(async move |tx: &mut kernel::Tx<'_>| add_kind(tx, &cx, &new).await).await.unwrap()
    }

    async fn certify(&self, who: &Visitor, kind: CertificateKindId, until: &str) {
        let (cx, person) = (self.app.cx(), PersonId(who.person.unwrap()));
        let new = NewCertificate {
            kind,
            number: String::new(),
            issuer: String::new(),
            issued_on: "2026-01-01".parse().unwrap(),
            valid_until: Some(until.parse().unwrap()),
        };
        self.app.write(async move |tx: &mut kernel::Tx<'_>| keep(tx, &cx, person, &new).await).await.unwrap();
    }
}

async fn told(app: &TestApp, person: Raw, word: &'static str) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = $3";
    app.count(sql, args![app.tenant, person, word]).await
}

#[tokio::test]
async fn only_whoever_holds_what_is_asked_for_on_the_day_of_the_session_signs_up_and_the_others_read_why() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let kind = stage.kind("急救员证").await;
        let form = with(with(stage.form(3), "day", "2026-11-30"), "certificate", &kind.to_string());
        let wrong = with(form.clone(), "certificate", "x");
        post(&stage.leader, "/activities", &wrong).await.expect(422);
        let open = stage.open_with(form).await;
        let (none, early, exact) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        stage.certify(&early, kind, "2026-11-29").await;
        stage.certify(&exact, kind, "2026-11-30").await;
        let page = format!("/activities/{}", open.id);
        assert!(app.stranger().get(&page).await.expect(200).text_contains("急救员证"));
        for (who, words) in [(&none, "要有急救员证"), (&early, "2026-11-29 到期")] {
            assert!(who.get(&page).await.expect(200).text_contains(words), "{words}");
            assert!(open.join(who).await.expect(409).text_contains(words), "{words}");
            assert!(!who.get("/activities").await.expect(200).text().contains(&page), "it is none that they may take");
        }
        assert!(exact.get("/activities").await.expect(200).text().contains(&page));
        open.join(&exact).await.expect(303);
        stage.certify(&early, kind, "2027-11-29").await;
        assert!(early.get("/activities").await.expect(200).text().contains(&page));
        open.join(&early).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn a_certificate_is_asked_for_again_when_the_line_moves_and_its_end_is_told_in_time() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let kind = stage.kind("急救员证").await;
        let form = with(with(stage.form(1), "day", "2026-11-30"), "certificate", &kind.to_string());
        let open = stage.open_with(form).await;
        let (first, second, third) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        for who in [&first, &second, &third] {
            stage.certify(who, kind, "2026-12-31").await;
        }
        let place = signup_of(&open.join(&first).await.expect(303));
        open.join(&second).await.expect(303);
        open.join(&third).await.expect(303);
        app.run_recurring("activities.certificates").await;
        assert_eq!(told(&app, first.person.unwrap(), "certificate.message.own").await, 0);
        // Two were taken back in the meantime.
        let back = "UPDATE certificate SET ended_at = checked_at WHERE person_id = $1";
        app.sql(back, args![first.person.unwrap()].to_vec()).await;
        app.sql(back, args![second.person.unwrap()].to_vec()).await;
        for _ in 0..2 {
            app.run_recurring("activities.certificates").await;
            assert_eq!(told(&app, first.person.unwrap(), "certificate.message.own").await, 1, "once for a place");
            assert_eq!(told(&app, second.person.unwrap(), "certificate.message.own").await, 0, "who waits has none");
            let leader = stage.leader.person.unwrap();
            assert_eq!(told(&app, leader, "certificate.message.leader").await, 1);
        }
        first.post(&format!("/me/services/{place}/withdrawal"), &[]).await.expect(303);
        row! { struct Offered { person_id: Raw } }
        let sql = "SELECT person_id FROM signup WHERE tenant_id = $1 AND post_id = $2 AND offered_until IS NOT NULL";
        let offered: Vec<Offered> = app.db().all(sql, args![app.tenant, open.post.id]).await.unwrap();
        assert_eq!(offered.iter().map(|o| o.person_id).collect::<Vec<_>>(), [third.person.unwrap()]);
    })
    .await;
}
