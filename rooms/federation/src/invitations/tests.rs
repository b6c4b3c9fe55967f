//! Stories of invitations, on both databases.

use crate::tests::{modules, on_record};
use kernel::args;
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Read as _, row};
use testkit::app::{TestApp, Visitor, on_both, organisation};

const PHONE: &[(&str, &str)] = &[("who", "13800000000"), ("role", "member")];

/// A team with its leader, and somebody with an account who is in none.
struct Scene {
    team: Raw,
    chen: Raw,
    li: Visitor,
    own: Visitor,
}

impl Scene {
    async fn settle(rig: &TestApp) -> Self {
        rig.region_seed().await;
        let (team, path) = rig.team("沥雄乐龄助餐队", "440605125003").await;
        let leader = rig.person("李伟强").await;
        let chen = on_record(rig).await.0;
        let li = rig.as_account("li", &[organisation(Role::Leader, &path)], Some(leader)).await;
        let own = rig.as_account("chen", &[], Some(chen)).await;
        Self { team, chen, li, own }
    }

    async fn ask(&self) {
        self.li.post(&format!("/desk/teams/{}/members", self.team), PHONE).await.expect(303);
    }

    async fn members(&self, rig: &TestApp) -> i64 {
        let sql = "SELECT COUNT(*) AS n FROM membership WHERE organisation_id = $1 AND person_id = $2";
        rig.count(sql, args![self.team, self.chen]).await
    }
}

async fn invitation(rig: &TestApp) -> String {
    row! { struct Found { id: Raw } }
    let sql = "SELECT id FROM invitation WHERE person_id IS NOT NULL ORDER BY made_at DESC LIMIT 1";
    let id = rig.db().one::<Found>(sql, &[]).await.unwrap().id;
    format!("/me/invitations/{id}/decision")
}

async fn kinds(rig: &TestApp, kind: &str) -> usize {
    rig.audit_kinds().await.iter().filter(|k| *k == kind).count()
}

#[tokio::test]
async fn a_membership_begins_with_the_persons_yes_and_not_before() {
    on_both(modules, async |rig| {
        let scene = Scene::settle(&rig).await;
        let sql = "INSERT INTO join_request (tenant_id, id, organisation_id, person_id, state, made_at, due_at)
                   VALUES ($1, $2, $3, $4, 'applied', $5, $5)";
        let now = rig.app.clock.now();
        rig.sql(sql, args![rig.tenant, kernel::ids::fresh(), scene.team, scene.chen, now].to_vec()).await;
        let record = format!("/desk/people/{}", scene.chen);
        scene.ask().await;
        assert_eq!(scene.members(&rig).await, 0);
        scene.li.get(&record).await.expect(404);
        assert!(scene.own.get("/me/messages").await.expect(200).text_contains("沥雄乐龄助餐队 邀请你入队"));
        let me = scene.own.get("/me").await.expect(200);
        assert!(me.text_contains("邀请你入队") && me.text_contains("2026-12-07"));
        let url = invitation(&rig).await;
        let stranger = rig.as_account("zhou", &[], Some(rig.person("周敏").await)).await;
        stranger.post(&url, &[("decision", "accepted")]).await.expect(404);
        scene.li.post(&url, &[("decision", "accepted")]).await.expect(404);
        scene.own.post(&url, &[("decision", "perhaps")]).await.expect(400);
        for _ in 0..2 {
            let said = scene.own.post(&url, &[("decision", "accepted"), ("_once", "yes")]).await.expect(303);
            assert_eq!(said.location.as_deref(), Some("/me"));
        }
        scene.own.post(&url, &[("decision", "declined")]).await.expect(404);
        assert_eq!(scene.members(&rig).await, 1);
        scene.li.get(&record).await.expect(200);
        assert!(scene.li.get("/me/messages").await.expect(200).text_contains("陈慧敏 答应了"));
        assert!(!scene.own.get("/me").await.expect(200).text_contains("邀请你入队"));
        let waits = "SELECT COUNT(*) AS n FROM join_request WHERE state = 'applied'";
        assert_eq!(rig.count(waits, &[]).await, 0, "their own request is answered with it");
        for kind in ["organisations.invitation_answered", "organisations.joined", "federation.request_decided"] {
            assert_eq!(kinds(&rig, kind).await, 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_no_is_told_to_nobody_and_not_asked_again_before_the_invitation_would_have_ended() {
    on_both(modules, async |rig| {
        let scene = Scene::settle(&rig).await;
        scene.ask().await;
        let url = invitation(&rig).await;
        scene.own.post(&url, &[("decision", "declined")]).await.expect(303);
        assert_eq!(scene.members(&rig).await, 0);
        scene.ask().await;
        assert!(!scene.own.get("/me").await.expect(200).text_contains("邀请你入队"));
        let told = rig.count("SELECT COUNT(*) AS n FROM message", &[]).await;
        assert_eq!(told, 1, "the one that asked");
        assert_eq!(kinds(&rig, "organisations.invitation_answered").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_ends_after_fourteen_days() {
    on_both(modules, async |rig| {
        let scene = Scene::settle(&rig).await;
        scene.ask().await;
        let url = invitation(&rig).await;
        let past = rig.app.clock.now() - chrono::Duration::seconds(1);
        rig.sql("UPDATE invitation SET ends_at = $1", args![past].to_vec()).await;
        assert!(!scene.own.get("/me").await.expect(200).text_contains("邀请你入队"));
        scene.own.post(&url, &[("decision", "accepted")]).await.expect(404);
        assert_eq!(scene.members(&rig).await, 0);
        scene.ask().await;
        assert!(scene.own.get("/me").await.expect(200).text_contains("邀请你入队"), "it can be asked anew");
    })
    .await;
}
