//! The walk through announcements and through the answers to reminders.

use super::{Sent, form};
use crate::district::Somebody;
use crate::trace_walk::{Line, Walk};
use kernel::args;
use kernel::ids::Raw;
use serde_json::json;

fn typed(title: &str) -> Sent<'static> {
    let fields = [("title", title), ("urgency", "normal"), ("kind", "work"), ("body", "正文"), ("role", "all")];
    let must = [("must_read", "on"), ("read_by", "2026-11-30")];
    Sent::Form(fields.iter().chain(&must).map(|(name, value)| (*name, (*value).to_owned())).collect())
}

fn told(title: &str) -> Sent<'static> {
    Sent::Json(json!({ "title": title, "urgency": "normal", "kind": "work", "body": "正文", "read_by": "2026-11-30" }))
}

/// As if its job had given it to the member.
async fn arrived(walk: &Walk, id: Raw) {
    let (app, member) = (&walk.district.app, walk.district.near.member);
    let sql = "UPDATE announcement SET state = 'sent', people = 1 WHERE id = $1";
    app.sql(sql, args![id].to_vec()).await;
    let sql = "INSERT INTO announcement_recipient (tenant_id, id, announcement_id, person_id, sent_at) VALUES ($1, $2, $3, $4, $5)";
    let cells = args![app.tenant, kernel::ids::fresh(), id, member, app.app.clock.now()];
    app.sql(sql, cells.to_vec()).await;
    let sql = "INSERT INTO announcement_team (tenant_id, announcement_id, organisation_id, recipient_id)
               SELECT tenant_id, announcement_id, $2, id FROM announcement_recipient WHERE announcement_id = $1";
    app.sql(sql, args![id, walk.district.near.team].to_vec()).await;
}

/// Everything that is done with announcements, once on pages and once by a program.
pub async fn walk<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (town, own) = (by("town"), by("own"));
    let line = |kind: &'static str, id: Option<Raw>| -> [Line; 1] { [(kind, "announcement", id)] };
    let written = line("announcement.written", None);
    let new = ("/desk/announcements".to_owned(), typed("例会"));
    let id = super::led(&walk.ask(town, ("POST", "/desk/announcements"), new, &written).await);
    let (url, of) = (format!("/desk/announcements/{id}"), Some(id));
    let sent = (url.clone(), typed("例会改期"));
    walk.ask(town, ("POST", "/desk/announcements/{announcement}"), sent, &line("announcement.written", of)).await;
    let steps = [
        ("/desk/announcements/{announcement}/sending", "announcement.started"),
        ("/desk/announcements/{announcement}/cancellation", "announcement.ended"),
        ("/desk/announcements/{announcement}/chasing", "announcement.chased"),
    ];
    for (route, kind) in steps {
        if kind == "announcement.chased" {
            arrived(walk, id).await;
        }
        let path = route.replace("{announcement}", &id.to_string());
        walk.ask(town, ("POST", route), (path, form(&[])), &line(kind, of)).await;
    }
    let (share, chased) = (format!("{url}/share"), line("announcement.share_chased", of));
    let route = ("POST", "/desk/announcements/{announcement}/share/chasing");
    walk.ask(town, route, (format!("{share}/chasing"), form(&[])), &chased).await;
    let route = ("GET", "/desk/announcements/{announcement}/share/export");
    let sent = (format!("{share}/export?show=all"), Sent::Nothing);
    walk.ask(town, route, sent, &line("announcement.exported", of)).await;
    let sent = ("/desk/announcements/received/export".to_owned(), Sent::Nothing);
    let listed = line("announcement.list_exported", None);
    walk.ask(town, ("GET", "/desk/announcements/received/export"), sent, &listed).await;
    let sent = (format!("/me/announcements/{id}/reading"), form(&[]));
    walk.ask(own, ("POST", "/me/announcements/{announcement}/reading"), sent, &line("announcement.read", of)).await;
    let sent = (format!("{url}/export?show=all"), Sent::Nothing);
    let route = ("GET", "/desk/announcements/{announcement}/export");
    walk.ask(town, route, sent, &line("announcement.exported", of)).await;
    let sent = ("/desk/announcements/export".to_owned(), Sent::Nothing);
    walk.ask(town, ("GET", "/desk/announcements/export"), sent, &line("announcement.list_exported", None)).await;
    let sent = (format!("{url}/withdrawal"), form(&[]));
    let route = ("POST", "/desk/announcements/{announcement}/withdrawal");
    walk.ask(town, route, sent, &line("announcement.withdrawn", of)).await;
    programs(walk, town, own).await;
    answers(walk, own, by("anyone")).await;
}

async fn programs(walk: &mut Walk, town: &Somebody, own: &Somebody) {
    let written: [Line; 1] = [("announcement.written", "announcement", None)];
    let new = ("/api/v1/announcements".to_owned(), told("培训"));
    let made = walk.ask(town, ("POST", "/api/v1/announcements"), new, &written).await;
    let id: Raw = made.json()["id"].as_str().and_then(|id| id.parse().ok()).expect("it says where it is");
    let url = format!("/api/v1/announcements/{id}");
    let sent = (url.clone(), told("培训改期"));
    walk.ask(town, ("PUT", "/api/v1/announcements/{announcement}"), sent, &written).await;
    let steps = [
        ("/api/v1/announcements/{announcement}/sending", "announcement.started"),
        ("/api/v1/announcements/{announcement}/cancellation", "announcement.ended"),
        ("/api/v1/announcements/{announcement}/chasing", "announcement.chased"),
    ];
    for (route, kind) in steps {
        if kind == "announcement.chased" {
            arrived(walk, id).await;
        }
        let path = route.replace("{announcement}", &id.to_string());
        walk.ask(town, ("POST", route), (path, Sent::Json(json!({}))), &[(kind, "announcement", Some(id))]).await;
    }
    let route = ("POST", "/api/v1/announcements/{announcement}/share/chasing");
    let sent = (format!("{url}/share/chasing"), Sent::Json(json!({})));
    walk.ask(town, route, sent, &[("announcement.share_chased", "announcement", Some(id))]).await;
    let sent = (format!("/api/v1/me/announcements/{id}/reading"), Sent::Json(json!({})));
    let route = ("POST", "/api/v1/me/announcements/{announcement}/reading");
    walk.ask(own, route, sent, &[("announcement.read", "announcement", Some(id))]).await;
    let sent = (format!("{url}/withdrawal"), Sent::Json(json!({})));
    let route = ("POST", "/api/v1/announcements/{announcement}/withdrawal");
    walk.ask(town, route, sent, &[("announcement.withdrawn", "announcement", Some(id))]).await;
}

/// Whether one comes: on one's page, by a program, and by the link of a mail, whose line names nobody's account.
async fn answers(walk: &mut Walk, own: &Somebody, anyone: &Somebody) {
    let (app, signup) = (walk.district.app.clone(), walk.district.near.open.signup);
    app.sql("UPDATE signup SET state = 'joined' WHERE id = $1", args![signup].to_vec()).await;
    let said: [Line; 1] = [("signup.answered", "signup", Some(signup))];
    let sent = (format!("/me/services/{signup}/answer"), form(&[("answer", "yes")]));
    walk.ask(own, ("POST", "/me/services/{signup}/answer"), sent, &said).await;
    let sent = (format!("/api/v1/me/services/{signup}/answer"), Sent::Json(json!({ "coming": true })));
    walk.ask(own, ("PUT", "/api/v1/me/services/{signup}/answer"), sent, &said).await;
    let parts = [app.tenant.to_string(), signup.to_string(), walk.district.near.member.to_string()];
    let mark = app.app.keys.sign("reminder.answer", &parts.each_ref().map(String::as_str));
    let sent = (format!("/answers/{signup}/{mark}"), form(&[("answer", "yes")]));
    walk.ask(anyone, ("POST", "/answers/{signup}/{mark}"), sent, &said).await;
}
