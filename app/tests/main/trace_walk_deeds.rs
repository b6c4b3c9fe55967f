//! The way of the walk: every deed that changes something, in an order in which each can happen.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

#[path = "trace_walk_access.rs"]
mod access;
#[path = "trace_walk_api.rs"]
mod api;
#[path = "trace_walk_doors.rs"]
mod doors;
#[path = "trace_walk_doubles.rs"]
mod doubles;
#[path = "trace_walk_exchange.rs"]
mod exchange;
#[path = "trace_walk_figures.rs"]
mod figures;
#[path = "trace_walk_gate.rs"]
mod gate;
#[path = "trace_walk_joining.rs"]
mod joining;
#[path = "trace_walk_life.rs"]
mod life;
#[path = "trace_walk_records.rs"]
mod records;
#[path = "trace_walk_hours.rs"]
mod reports;
#[path = "trace_walk_series.rs"]
mod series;
#[path = "trace_walk_teams.rs"]
mod teams_life;
#[path = "trace_walk_together.rs"]
mod together;
#[path = "trace_walk_towns.rs"]
mod towns;

use super::{Sent, Walk};
use crate::district::{PASSWORD, Somebody};
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Read as _, Tx, args, row};
use serde_json::json;
use testkit::html::form_fields;

/// The smallest photo: one grey point.
const PHOTO: &[u8] =
    &[255, 216, 255, 192, 0, 11, 8, 0, 1, 0, 1, 1, 1, 17, 0, 255, 218, 0, 8, 1, 1, 0, 0, 63, 0, 0, 255, 217];

fn form<'f>(fields: &[(&'f str, &str)]) -> Sent<'f> {
    Sent::Form(fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
}

/// The id at the end of where a reply leads.
fn led(reply: &testkit::Reply) -> Raw {
    let to = reply.location.as_deref().unwrap_or_else(|| panic!("{} {}", reply.status, reply.text()));
    to.split('/').find_map(|part| part.parse().ok()).unwrap()
}

/// Activities, who came, their hours, and what is said of them.
async fn what_is_done<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody + Copy) {
    activities(walk, by).await;
    series::walk(walk, by("leader"), by("town")).await;
    attendance(walk, by).await;
    gate::walk(walk, by).await;
    hours(walk, by).await;
    reports::walk(walk, by).await;
    records::walk(walk, by).await;
}

async fn who_is_on_record<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody + Copy) {
    people(walk, by("town")).await;
    exports(walk, by("town"), by("district")).await;
    doubles::walk(walk, by("town")).await;
    doubles::merge(walk, by("town"), by("district")).await;
    life::walk(walk, by("town"), by("district")).await;
    access::walk(walk, by("town"), by("anyone")).await;
}

/// Walks everywhere; answers the import that it made.
pub async fn walk(walk: &mut Walk, everybody: &[Somebody]) -> String {
    let by = |label: &str| everybody.iter().find(|s| s.label == label).unwrap();
    let import = imports(walk, by("town")).await;
    what_is_done(walk, by).await;
    who_is_on_record(walk, by).await;
    teams_life::walk(walk, by("town")).await;
    teams(walk, by).await;
    places_and_walls(walk, by("district")).await;
    figures::walk(walk, by).await;
    exchange::walk(walk, by).await;
    join(walk, by("anyone")).await;
    oneself(walk).await;
    api::walk(walk, by).await;
    accounts(walk, by).await;
    joining::walk(walk).await;
    doors::walk(walk).await;
    towns::walk(walk, by("district")).await;
    import
}

async fn imports(walk: &mut Walk, town: &Somebody) -> String {
    let file = || {
        Sent::Upload(
            vec![("kind".into(), "volunteers".into())],
            ("file", "roster.csv", crate::matrix::ROSTER.as_bytes()),
        )
    };
    let new = ("/desk/imports".to_owned(), file());
    let lines = [("import.uploaded", "import", None), ("import.previewed", "import", None)];
    let first = led(&walk.ask(town, ("POST", "/desk/imports"), new, &lines).await);
    let url = format!("/desk/imports/{first}");
    let taken = [("import.errors_taken", "import", Some(first))];
    let get = (format!("{url}/errors"), Sent::Nothing);
    walk.ask(town, ("GET", "/desk/imports/{import}/errors"), get, &taken).await;
    let told = form(&[("heading", "电话"), ("field", "phone")]);
    let lines = [("import.mapped", "import", Some(first)), ("import.previewed", "import", Some(first))];
    walk.ask(town, ("POST", "/desk/imports/{import}/mapping"), (format!("{url}/mapping"), told), &lines).await;
    let lines = [("import.started", "import", Some(first))];
    walk.ask(town, ("POST", "/desk/imports/{import}/commit"), (format!("{url}/commit"), form(&[])), &lines).await;
    let lines = [("import.cancelled", "import", Some(first))];
    let path = format!("{url}/cancellation");
    walk.ask(town, ("POST", "/desk/imports/{import}/cancellation"), (path, form(&[])), &lines).await;
    // As if a part had been written before it was stopped.
    let written = serde_json::json!({ "created": 1, "updated": 0, "joined": 0, "skipped": 0, "refused": 0 });
    let sql = "UPDATE import_run SET written = $1 WHERE id = $2";
    walk.district.app.sql(sql, kernel::args![written, first].to_vec()).await;
    let lines = [("import.undo_asked", "import", Some(first))];
    let path = format!("{url}/undoing");
    walk.ask(town, ("POST", "/desk/imports/{import}/undoing"), (path, form(&[])), &lines).await;
    first.to_string()
}

async fn activities<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (leader, town) = (by("leader"), by("town"));
    let typed = || Sent::Form(crate::matrix::activity_form(&walk.district.near));
    let (new, change) = (typed(), typed());
    let (draft, review) = (walk.district.near.draft.activity, walk.district.near.review.activity);
    let lines = [("activity.written", "activity", None)];
    walk.ask(leader, ("POST", "/activities"), ("/activities".into(), new), &lines).await;
    let lines = [("activity.written", "activity", Some(draft))];
    walk.ask(leader, ("POST", "/activities/{activity}"), (format!("/activities/{draft}"), change), &lines).await;
    proof(walk, leader, draft).await;
    let path = format!("/activities/{draft}/submission");
    let lines = [("activity.moved", "activity", Some(draft))];
    walk.ask(leader, ("POST", "/activities/{activity}/submission"), (path, form(&[])), &lines).await;
    let path = format!("/desk/activities/{review}/decision");
    let lines = [("activity.moved", "activity", Some(review))];
    let decision = form(&[("decision", "publish")]);
    walk.ask(town, ("POST", "/desk/activities/{activity}/decision"), (path, decision), &lines).await;
    let path = format!("/desk/activities/{review}/step");
    let step = form(&[("step", "disable"), ("opinion", "天气")]);
    walk.ask(town, ("POST", "/desk/activities/{activity}/step"), (path, step), &lines).await;
    signing_up(walk, leader).await;
}

/// The place is offered and taken, once on the page and once by a program.
async fn offers(walk: &mut Walk, seeker: &Somebody, signup: Raw) {
    let until = walk.district.app.app.clock.now() + chrono::Duration::hours(1);
    let changed = [("signup.changed", "signup", Some(signup))];
    let (page, api) = (format!("/me/services/{signup}/offer"), format!("/api/v1/signups/{signup}/offer"));
    for (route, path, sent) in [
        (("POST", "/me/services/{signup}/offer"), page, form(&[("answer", "accept")])),
        (("PUT", "/api/v1/signups/{signup}/offer"), api, Sent::Json(json!({ "accept": true }))),
    ] {
        let sql = "UPDATE signup SET state = 'waiting', offered_until = $2 WHERE id = $1";
        walk.district.app.sql(sql, args![signup, until].to_vec()).await;
        walk.ask(seeker, route, (path, sent), &changed).await;
    }
}

/// The draft is about something that is over, and is proved.
async fn proof(walk: &mut Walk, leader: &Somebody, draft: Raw) {
    let app = walk.district.app.clone();
    app.sql("UPDATE activity SET scope = 'backfill' WHERE id = $1", args![draft].to_vec()).await;
    let signed = [("truth_name", "李伟强"), ("truth", "on")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let sent = Sent::Upload(signed.to_vec(), ("proof", "proof.jpg", PHOTO));
    let path = format!("/activities/{draft}/proof");
    let lines = [("activity.proved", "activity", Some(draft))];
    walk.ask(leader, ("POST", "/activities/{activity}/proof"), (path.clone(), sent), &lines).await;
    leader.visitor.get(&path).await.expect(200);
}

async fn signing_up(walk: &mut Walk, leader: &Somebody) {
    let seeker = walk.district.near.seeker;
    let seeker = walk.district.somebody("seeker", vec![], Some(seeker)).await;
    let (activity, post) = (walk.district.near.open.activity, walk.district.near.open.post.to_string());
    let made = [("signup.made", "signup", None)];
    let path = format!("/activities/{activity}/signups");
    let sent = (path.clone(), form(&[("post", &post)]));
    let reply = walk.ask(&seeker, ("POST", "/activities/{activity}/signups"), sent, &made).await;
    let sent = (format!("/api/v1{path}"), Sent::Json(json!({ "post": post })));
    walk.ask(leader, ("POST", "/api/v1/activities/{activity}/signups"), sent, &made).await;
    let signup: Raw = reply.location.unwrap().rsplit('/').next().unwrap().parse().unwrap();
    offers(walk, &seeker, signup).await;
    together::walk(walk, leader, &seeker, signup).await;
    let sent = (format!("/me/services/{signup}/withdrawal"), form(&[]));
    let changed = [("signup.changed", "signup", Some(signup))];
    walk.ask(&seeker, ("POST", "/me/services/{signup}/withdrawal"), sent, &changed).await;
}

/// Puts somebody on the list of the running session.
async fn joined(walk: &Walk, person: Raw) {
    let (app, near) = (&walk.district.app, &walk.district.near);
    let sql = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position,
                 starts_at, ends_at, made_at, changed_at)
               SELECT tenant_id, $1, activity_id, session_id, post_id, $2, organisation_id, state, position + 1, starts_at, ends_at,
                 made_at, changed_at FROM signup WHERE id = $3";
    app.sql(sql, args![kernel::ids::fresh(), person, near.running.signup].to_vec()).await;
}

async fn attendance<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (leader, own) = (by("leader"), by("own"));
    let (session, over) = (walk.district.near.running.session, walk.district.near.over.session);
    let (people, member) = ([walk.district.near.leader, walk.district.near.seeker], walk.district.near.member);
    for person in people {
        joined(walk, person).await;
    }
    let code = attendance::code::code_url(&walk.district.app.cx(), activities::SessionId(session));
    let scan = &code[code.find("/c/").unwrap()..];
    own.visitor.get(scan).await.expect(303);
    let taken = [("attendance.taken", "session", Some(session))];
    let press = (format!("/check-in/{session}"), form(&[("deed", "in")]));
    walk.ask(own, ("POST", "/check-in/{session}"), press, &taken).await;
    let at = |rest: &str| format!("/sessions/{session}/{rest}");
    let someone = |n: usize| form(&[("person", &people[n].to_string())]);
    let named = || Sent::Json(json!({ "person": people[1] }));
    walk.ask(leader, ("POST", "/sessions/{session}/arrivals"), (at("arrivals"), someone(0)), &taken).await;
    walk.ask(leader, ("POST", "/sessions/{session}/departures"), (at("departures"), someone(0)), &taken).await;
    let sent = (format!("/api/v1{}", at("arrivals")), named());
    walk.ask(leader, ("POST", "/api/v1/sessions/{session}/arrivals"), sent, &taken).await;
    let sent = (format!("/api/v1{}", at("departures")), named());
    walk.ask(leader, ("POST", "/api/v1/sessions/{session}/departures"), sent, &taken).await;
    let counted = [("attendance.served_counted", "session", Some(session))];
    let served = (at("served"), form(&[("served", "12")]));
    walk.ask(leader, ("POST", "/sessions/{session}/served"), served, &counted).await;
    let sent = (format!("/api/v1{}", at("served")), Sent::Json(json!({ "served": 13 })));
    walk.ask(leader, ("PUT", "/api/v1/sessions/{session}/served"), sent, &counted).await;
    let open = walk.district.near.open.session;
    let sent = (format!("/sessions/{open}/removals"), form(&[("person", &member.to_string())]));
    walk.ask(leader, ("POST", "/sessions/{session}/removals"), sent, &[("signup.changed", "signup", None)]).await;
    let read = [("attendance.roster_read", "session", Some(session))];
    walk.ask(leader, ("GET", "/sessions/{session}"), (format!("/sessions/{session}"), Sent::Nothing), &read).await;
    let read = [("attendance.roster_read", "session", Some(over))];
    let path = format!("/sessions/{over}/claims/new");
    walk.ask(leader, ("GET", "/sessions/{session}/claims/new"), (path, Sent::Nothing), &read).await;
    let fields = [("person", member.to_string()), ("reason", "现场断网".into())].map(|(k, v)| (k.to_owned(), v));
    let mut fields = fields.to_vec();
    fields.extend([(format!("from:{member}"), "09:00".into()), (format!("to:{member}"), "11:00".into())]);
    let sheet = Sent::Upload(fields, ("sheet", "sheet.jpg", PHOTO));
    let lines = [("hours.claimed", "claim", None), ("attendance.roster_read", "session", Some(over))];
    walk.ask(leader, ("POST", "/sessions/{session}/claims"), (format!("/sessions/{over}/claims"), sheet), &lines).await;
}

async fn hours<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let town = by("town");
    let (entry, claim) = (walk.district.near.entry, walk.district.near.claim);
    let read = [("hours.evidence_read", "claim", Some(claim))];
    let path = format!("/desk/hours/claims/{claim}/evidence");
    walk.ask(town, ("GET", "/desk/hours/claims/{claim}/evidence"), (path, Sent::Nothing), &read).await;
    let exported = [("hours.exported", "hours", None)];
    let path = "/desk/hours/export?format=csv".to_owned();
    walk.ask(town, ("GET", "/desk/hours/export"), (path, Sent::Nothing), &exported).await;
    let reversed = [("hours.reversed", "hours", Some(entry))];
    let sent = (format!("/desk/hours/{entry}/reversal"), form(&[("reason", "记错了人")]));
    walk.ask(town, ("POST", "/desk/hours/{entry}/reversal"), sent, &reversed).await;
    let decided = [("hours.claim_decided", "claim", Some(claim))];
    let sent = (format!("/desk/hours/claims/{claim}/decision"), form(&[("decision", "approve"), ("opinion", "")]));
    walk.ask(town, ("POST", "/desk/hours/claims/{claim}/decision"), sent, &decided).await;
}

async fn people(walk: &mut Walk, town: &Somebody) {
    let near = walk.district.near.region;
    let member = walk.district.near.member;
    let made = [("people.registered", "person", None)];
    let sent = form(&[("name", "新志愿者"), ("phone", "13911112222"), ("sex", "2"), ("region", near)]);
    walk.ask(town, ("POST", "/desk/people"), ("/desk/people".into(), sent), &made).await;
    let body = json!({ "name": "又一位", "phone": "13911113333", "sex": "2", "region": near });
    walk.ask(town, ("POST", "/api/v1/people"), ("/api/v1/people".into(), Sent::Json(body)), &made).await;
    let changed = [("people.changed", "person", Some(member))];
    let sent = (format!("/desk/people/{member}"), form(&[("name", walk.district.near.name), ("skills", "急救")]));
    walk.ask(town, ("POST", "/desk/people/{person}"), sent, &changed).await;
    for field in ["phone", "identity", "address", "birth_date", "political_status", "email"] {
        let opened = [("people.opened", "person", Some(member))];
        let sent = (format!("/desk/people/{member}/reveal/{field}"), form(&[("why", "check"), ("note", "")]));
        walk.ask(town, ("POST", "/desk/people/{person}/reveal/{field}"), sent, &opened).await;
    }
    let exported = [("people.exported", "person", None)];
    let sent = form(&[("format", "csv"), ("reason", "核对"), ("columns", "full")]);
    walk.ask(town, ("POST", "/desk/people/export"), ("/desk/people/export".into(), sent), &exported).await;
    let lines = [("federation.registered", "person", None), ("people.registered", "person", None)];
    let body = json!({ "name": "李强", "id_number": "440605194912310015", "region_code": near });
    walk.ask(town, ("POST", "/api/v1/volunteers"), ("/api/v1/volunteers".into(), Sent::Json(body)), &lines).await;
}

/// More people in full than one may take alone.
async fn exports(walk: &mut Walk, town: &Somebody, district: &Somebody) {
    let (near, today) = (walk.district.near.region, walk.district.app.app.clock.now().date_naive());
    let roster: Vec<_> = (0..201).map(|n| people::NewPerson::named(&format!("甲乙{n}"), near, today)).collect();
    let cx = walk.district.app.cx();
    let made = async move |tx: &mut Tx<'_>| people::insert_many(tx, &cx, &roster).await;
    walk.district.app.write(made).await.unwrap();
    let sent = form(&[("format", "csv"), ("reason", "买保险"), ("columns", "full")]);
    let asked = [("people.export_asked", "people_export", None)];
    let reply = walk.ask(town, ("POST", "/desk/people/export"), ("/desk/people/export".into(), sent), &asked).await;
    let wish = led(&reply);
    let decided = [("people.export_decided", "people_export", Some(wish))];
    let sent = (format!("/desk/people/export/{wish}/decision"), form(&[("decision", "approved")]));
    walk.ask(district, ("POST", "/desk/people/export/{wish}/decision"), sent, &decided).await;
    let sent = (format!("/desk/people/export/{wish}/file"), form(&[]));
    let fetched = [("people.exported", "person", None)];
    walk.ask(town, ("POST", "/desk/people/export/{wish}/file"), sent, &fetched).await;
}

async fn teams<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (town, leader) = (by("town"), by("leader"));
    let (team, region, request) = (walk.district.near.team, walk.district.near.region, walk.district.near.request);
    let exported = [("organisations.exported", "organisation", None)];
    let sent = ("/desk/teams/export?format=xlsx".to_owned(), Sent::Nothing);
    walk.ask(town, ("GET", "/desk/teams/export"), sent, &exported).await;
    let sent = form(&[("name", "新志愿队"), ("kind", "village"), ("region", region)]);
    let founded = [("organisations.founded", "organisation", None)];
    walk.ask(town, ("POST", "/desk/teams"), ("/desk/teams".into(), sent), &founded).await;
    let sent = form(&[("name", "改名志愿队"), ("kind", "village"), ("region", region)]);
    let changed = [("organisations.changed", "organisation", Some(team))];
    walk.ask(town, ("POST", "/desk/teams/{team}"), (format!("/desk/teams/{team}"), sent), &changed).await;
    let sent = (format!("/desk/teams/{team}/members"), form(&[("who", "13911112222"), ("role", "member")]));
    let invited = [("organisations.invited", "organisation", Some(team))];
    walk.ask(leader, ("POST", "/desk/teams/{team}/members"), sent, &invited).await;
    row! { struct Found { id: Raw } }
    let sql = "SELECT id FROM person WHERE phone = '13911112222'";
    let added = walk.district.app.db().one::<Found>(sql, &[]).await.unwrap().id;
    let own = walk.district.somebody("invited", Vec::new(), Some(added)).await;
    let sql = "SELECT id FROM invitation WHERE person_id = $1";
    let invitation = walk.district.app.db().one::<Found>(sql, args![added]).await.unwrap().id;
    let joined = [
        ("organisations.invitation_answered", "invitation", Some(invitation)),
        ("organisations.joined", "organisation", Some(team)),
    ];
    let sent = (format!("/me/invitations/{invitation}/decision"), form(&[("decision", "accepted")]));
    walk.ask(&own, ("POST", "/me/invitations/{invitation}/decision"), sent, &joined).await;
    let sent = (format!("/desk/teams/{team}/members/{added}/leaving"), form(&[("last", ""), ("reason", "搬家")]));
    let left = [("organisations.left", "organisation", Some(team))];
    walk.ask(leader, ("POST", "/desk/teams/{team}/members/{person}/leaving"), sent, &left).await;
    let decided = [
        ("federation.request_decided", "join_request", Some(request)),
        ("organisations.joined", "organisation", Some(team)),
    ];
    let sent = (format!("/team/requests/{request}/decision"), form(&[("decision", "accepted")]));
    walk.ask(leader, ("POST", "/team/requests/{request}/decision"), sent, &decided).await;
    let sql = "UPDATE organisation SET tree = 'branch' WHERE id = $1";
    walk.district.app.sql(sql, args![walk.district.side.team].to_vec()).await;
    let branch = walk.district.side.team;
    let read = [("organisations.branch_read", "organisation", Some(branch))];
    walk.ask(town, ("GET", "/desk/teams/{team}"), (format!("/desk/teams/{branch}"), Sent::Nothing), &read).await;
}

async fn places_and_walls(walk: &mut Walk, district: &Somebody) {
    let (site, region) = (walk.district.near.site, walk.district.near.region);
    let typed = || form(&[("name", "新服务站"), ("kind", "station"), ("address", "二号"), ("region", region)]);
    let saved = [("places.site_saved", "site", None)];
    walk.ask(district, ("POST", "/desk/sites"), ("/desk/sites".into(), typed()), &saved).await;
    let saved = [("places.site_saved", "site", Some(site))];
    walk.ask(district, ("POST", "/desk/sites/{site}"), (format!("/desk/sites/{site}"), typed()), &saved).await;
    let sent = form(&[("name", "大厅"), ("region", "")]);
    let made = [("wall.screen_made", "wall_screen", None)];
    walk.ask(district, ("POST", "/desk/walls"), ("/desk/walls".into(), sent), &made).await;
    row! { struct Found { id: Raw } }
    let screen = walk.district.app.db().one::<Found>("SELECT id FROM wall_screen", &[]).await.unwrap().id;
    let ended = [("wall.screen_ended", "wall_screen", Some(screen))];
    let sent = (format!("/desk/walls/{screen}/end"), form(&[]));
    walk.ask(district, ("POST", "/desk/walls/{screen}/end"), sent, &ended).await;
}

/// All steps of joining; the last one makes the person, the account, the wish and the consent.
async fn join(walk: &mut Walk, stranger: &Somebody) {
    let team = walk.district.near.team.to_string();
    let route = ("POST", "/join");
    let stepped = [("federation.join_stepped", "registration", None)];
    let mut page = stranger.visitor.get("/join").await.text();
    let steps: [(&str, &[(&str, &str)]); 6] = [
        ("name", &[("name", "钟丽萍")]),
        ("identity", &[("id_no", "440605190001010013"), ("phone", "13922223333")]),
        ("town", &[("region", "440605125")]),
        ("community", &[("region", "440605125003")]),
        ("team", &[("team", &team)]),
        ("password", &[("password", PASSWORD), ("again", PASSWORD)]),
    ];
    let sealed = |page: &str, step: &str, fields: &[(&'static str, &str)]| {
        let state = form_fields(page, "/join").and_then(|f| f.value("state").map(str::to_owned)).unwrap_or_default();
        let mut all = vec![("step", step.to_owned()), ("go", "next".to_owned()), ("state", state)];
        all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        ("/join".to_owned(), Sent::Form(all))
    };
    for (step, fields) in steps {
        let fields: Vec<(&'static str, &str)> =
            fields.iter().map(|(k, v)| (*NAMES.iter().find(|n| *n == k).unwrap(), *v)).collect();
        page = walk.ask(stranger, route, sealed(&page, step, &fields), &stepped).await.text();
    }
    let lines = [
        ("federation.joined", "person", None),
        ("people.registered", "person", None),
        ("federation.request_made", "join_request", None),
    ];
    walk.ask(stranger, route, sealed(&page, "check", &[("agreed", "1")]), &lines).await;
}

const NAMES: &[&str] = &["name", "id_no", "phone", "region", "team", "password", "again"];

async fn oneself(walk: &mut Walk) {
    let member = walk.district.side.member;
    let own = walk.district.somebody("neighbour", vec![], Some(member)).await;
    let read = [("federation.messages_read", "person", Some(member))];
    walk.ask(&own, ("POST", "/me/messages/read"), ("/me/messages/read".into(), form(&[])), &read).await;
    told(walk, &own, member).await;
    for field in ["identity", "phone", "birth_date", "address", "email", "political_status"] {
        let opened = [("federation.own_opened", "person", Some(member))];
        let sent = ("/me/data/reveal".to_owned(), form(&[("field", field), ("why", "check")]));
        walk.ask(&own, ("POST", "/me/data/reveal"), sent, &opened).await;
    }
    let changed = [("federation.own_changed", "person", Some(member))];
    let sent = ("/me/data/edit".to_owned(), form(&[("skills", "急救")]));
    walk.ask(&own, ("POST", "/me/data/edit"), sent, &changed).await;
    let new = "木棉花落在五月里的岭南";
    let sent = ("/me/password".to_owned(), form(&[("password", PASSWORD), ("new", new), ("again", new)]));
    let changed = [("federation.password_changed", "person", Some(member))];
    walk.ask(&own, ("POST", "/me/password"), sent, &changed).await;
}

/// How one is told outside, and the address that is confirmed for it.
async fn told(walk: &mut Walk, own: &Somebody, member: Raw) {
    let changed = [("federation.message_setting", "person", Some(member))];
    let chosen = [("sms", "on"), ("quiet_from", "22:00"), ("quiet_to", "07:00"), ("digest_at", "18:30")];
    let sent = ("/me/messages/settings".to_owned(), form(&chosen));
    walk.ask(own, ("POST", "/me/messages/settings"), sent, &changed).await;
    let body = Sent::Json(json!({ "quiet_from": "22:00", "quiet_to": "07:00", "digest": true, "digest_at": "18:30" }));
    let sent = ("/api/v1/me/messages/settings".to_owned(), body);
    walk.ask(own, ("PUT", "/api/v1/me/messages/settings"), sent, &changed).await;
    let sent = ("/me/messages/settings/off".to_owned(), form(&[]));
    walk.ask(own, ("POST", "/me/messages/settings/off"), sent, &changed).await;
    let asked = [("federation.mail_asked", "person", Some(member))];
    let sent = ("/me/messages/confirmation".to_owned(), form(&[]));
    walk.ask(own, ("POST", "/me/messages/confirmation"), sent, &asked).await;
    let typed = [("federation.mail_confirmed", "person", Some(member))];
    let sent = ("/me/messages/confirmation/code".to_owned(), form(&[("code", "000")]));
    walk.ask(own, ("POST", "/me/messages/confirmation/code"), sent, &typed).await;
}

async fn accounts<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (officer, auditor, keeper) = (by("accounts"), by("auditor"), by("keeper"));
    let holder = walk.district.somebody("holder", vec![crate::district::whole(Role::Station)], None).await;
    let account = holder.actor.account.unwrap().0;
    let at = format!("/desk/accounts/{account}");
    let sent = ("/desk/accounts".to_owned(), form(&[("sign_in_name", "new"), ("name", "新同事")]));
    walk.ask(officer, ("POST", "/desk/accounts"), sent, &[("account.created", "account", None)]).await;
    let read = [("account.read", "account", None)];
    walk.ask(officer, ("GET", "/desk/accounts"), ("/desk/accounts".into(), Sent::Nothing), &read).await;
    let read = [("account.read", "account", Some(account))];
    walk.ask(officer, ("GET", "/desk/accounts/{account}"), (at.clone(), Sent::Nothing), &read).await;
    let changed = [("account.role_changed", "account", Some(account))];
    let sent = (format!("{at}/roles"), form(&[("role", "town"), ("region", "440605125")]));
    walk.ask(officer, ("POST", "/desk/accounts/{account}/roles"), sent, &changed).await;
    row! { struct Found { id: Raw } }
    let sql = "SELECT id FROM account_role WHERE account_id = $1 AND role = 'town'";
    let role = walk.district.app.db().one::<Found>(sql, args![account]).await.unwrap().id;
    let sent = (format!("{at}/roles/{role}/end"), form(&[]));
    walk.ask(officer, ("POST", "/desk/accounts/{account}/roles/{role}/end"), sent, &changed).await;
    let sent = (format!("{at}/end"), form(&[]));
    walk.ask(officer, ("POST", "/desk/accounts/{account}/end"), sent, &changed).await;
    let changed = [("setting.changed", "setting", None)];
    let sent = ("/desk/settings/teams.per_person".to_owned(), form(&[("value", "6")]));
    walk.ask(by("district"), ("POST", "/desk/settings/{setting}"), sent, &changed).await;
    let read = [("trace.read", "trace", None)];
    walk.ask(auditor, ("GET", "/desk/trace"), ("/desk/trace".into(), Sent::Nothing), &read).await;
    let (app, job) = (walk.district.app.clone(), kernel::ids::fresh());
    let sql = "INSERT INTO job (id, tenant_id, kind, payload, run_at, state, tries, progress)
               VALUES ($1, $2, 'test', $3, $4, 'waiting', 0, $3)";
    app.sql(sql, args![job, app.tenant, json!({}), app.app.clock.now()].to_vec()).await;
    let sent = (format!("/desk/jobs/{job}/cancellation"), form(&[]));
    let lines = [("job.cancelled", "job", Some(job))];
    walk.ask(keeper, ("POST", "/desk/jobs/{job}/cancellation"), sent, &lines).await;
    app.sql("UPDATE outbox SET state = 'failed', done_at = made_at", vec![]).await;
    let message = app.db().one::<Found>("SELECT id FROM outbox LIMIT 1", &[]).await.unwrap().id;
    let retried = [("outbox.retried", "outbox", Some(message))];
    let sent = (format!("/desk/outbox/{message}/retry"), form(&[]));
    walk.ask(keeper, ("POST", "/desk/outbox/{message}/retry"), sent, &retried).await;
    let sent = ("/desk/outbox/retries".to_owned(), form(&[("channel", "sms")]));
    walk.ask(keeper, ("POST", "/desk/outbox/retries"), sent, &[("outbox.retried", "outbox", None)]).await;
}
