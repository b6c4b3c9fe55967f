//! The trace over the whole house: every route that changes something is asked by somebody who may, and its line is found;
//! without a trace nothing changes and nothing is told. So is every page that shows personal data.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

#[path = "trace_walk_deeds.rs"]
mod deeds;

use crate::district::{District, Somebody};
use kernel::ids::Raw;
use kernel::{AccountId, Class, Read as _, args, row};
use std::collections::BTreeSet;
use std::sync::Mutex;
use testkit::{Reply, TestApp, on_both};

/// What is sent.
#[derive(Clone)]
pub enum Sent<'s> {
    Nothing,
    Form(Vec<(&'s str, String)>),
    Json(serde_json::Value),
    Upload(Vec<(String, String)>, (&'s str, &'s str, &'s [u8])),
}

/// A line that a request should leave: its deed, the kind of its object, and which one where that is known before.
pub type Line = (&'static str, &'static str, Option<Raw>);

/// The walk: what was asked so far, and what was wrong.
pub struct Walk {
    pub district: District,
    asked: BTreeSet<(&'static str, &'static str)>,
    faults: Vec<String>,
}

impl Walk {
    /// Asks a route, first with a trace that takes no line and then as it is, and looks for the lines.
    pub async fn ask(
        &mut self,
        who: &Somebody,
        (method, route): (&'static str, &'static str),
        (path, sent): (String, Sent<'_>),
        lines: &[Line],
    ) -> Reply {
        let by = who.actor.account;
        self.ask_by(who, (method, route), (path, sent), (lines, by)).await
    }

    /// The same where the line names another than the one who asks: whoever signs in was nobody before.
    pub async fn ask_by(
        &mut self,
        who: &Somebody,
        (method, route): (&'static str, &'static str),
        (path, sent): (String, Sent<'_>),
        (lines, by): (&[Line], Option<AccountId>),
    ) -> Reply {
        self.asked.insert((method, route));
        let name = format!("{method} {route}");
        if !self.district.app.on_server {
            self.ask_without_a_trace(&name, who, method, &path, &sent).await;
        }
        let reply = send(who, method, &path, sent).await;
        if reply.status.is_server_error() || [400, 401, 403, 404, 409].contains(&reply.status.as_u16()) {
            self.faults.push(format!("{name}: {} {}", reply.status, testkit::html::visible_text(&reply.text())));
        }
        self.look(&name, &reply, lines, by).await;
        reply
    }

    /// With a trace that refuses every line, nothing is changed and nothing is answered.
    async fn ask_without_a_trace(&mut self, name: &str, who: &Somebody, method: &str, path: &str, sent: &Sent<'_>) {
        let app = self.district.app.clone();
        let before = whole(&app).await;
        app.sql("CREATE TRIGGER no_trace BEFORE INSERT ON audit_line BEGIN SELECT RAISE(ABORT, 'no'); END", vec![])
            .await;
        let reply = send(who, method, path, sent.clone()).await;
        app.sql("DROP TRIGGER no_trace", vec![]).await;
        if !reply.status.is_server_error() {
            self.faults.push(format!("{name}: answers {} without a line", reply.status));
        }
        let after = whole(&app).await;
        for (was, _) in before.iter().zip(&after).filter(|(was, is)| was != is) {
            self.faults.push(format!("{name}: changes {} without a line", was.0));
        }
    }

    async fn look(&mut self, name: &str, reply: &Reply, lines: &[Line], by: Option<AccountId>) {
        row! { struct Found { kind: String, object_kind: String, object_id: Option<Raw>, account_id: Option<AccountId> } }
        let sql = "SELECT kind, object_kind, object_id, account_id FROM audit_line WHERE request_id = $1 ORDER BY seq";
        let found: Vec<Found> = self.district.app.db().all(sql, args![reply.header("x-request-id")]).await.unwrap();
        let told: Vec<_> = found.iter().map(|l| (l.kind.as_str(), l.object_kind.as_str(), l.object_id)).collect();
        for (kind, object, id) in lines {
            let fits = |l: &&Found| l.kind == *kind && l.object_kind == *object && (id.is_none() || l.object_id == *id);
            match found.iter().find(fits) {
                None => self.faults.push(format!("{name}: no line {kind} {object} {id:?}, but {told:?}")),
                Some(line) if line.account_id != by => {
                    self.faults.push(format!("{name}: {kind} is by {:?} and not by {by:?}", line.account_id));
                }
                Some(_) => {}
            }
        }
        if found.is_empty() && lines.is_empty() {
            self.faults.push(format!("{name}: no line was asked for and none was written"));
        }
    }

    /// The same for what is not there, where asking for it leaves a line.
    pub async fn ask_in_vain(
        &mut self,
        who: &Somebody,
        (method, route): (&'static str, &'static str),
        (path, sent): (String, Sent<'_>),
        lines: &[Line],
    ) {
        let name = format!("{method} {route}");
        if !self.district.app.on_server {
            self.ask_without_a_trace(&name, who, method, &path, &sent).await;
        }
        let reply = send(who, method, &path, sent).await;
        if reply.status != 404 {
            self.faults.push(format!("{name}: {} for what is not there", reply.status));
        }
        self.look(&name, &reply, lines, None).await;
    }

    /// The same where it is not known before who the line will name.
    pub async fn ask_some(
        &mut self,
        who: &Somebody,
        (method, route): (&'static str, &'static str),
        (path, sent): (String, Sent<'_>),
        kind: &str,
    ) -> Reply {
        let reply = self.ask_by(who, (method, route), (path, sent), (&[], None)).await;
        let sql = "SELECT COUNT(*) AS n FROM audit_line WHERE request_id = $1 AND kind = $2";
        if self.district.app.count(sql, args![reply.header("x-request-id"), kind]).await == 0 {
            self.faults.push(format!("{method} {route}: no line {kind}"));
        }
        reply
    }

    /// Takes a route as asked that changes nothing here, with what it answers instead.
    pub fn except(&mut self, method: &'static str, route: &'static str, right: bool, reason: &str) {
        self.asked.insert((method, route));
        if !right {
            self.faults.push(format!("{method} {route}: {reason}"));
        }
    }
}

async fn send(who: &Somebody, method: &str, path: &str, sent: Sent<'_>) -> Reply {
    match sent {
        Sent::Nothing => who.visitor.get(path).await,
        Sent::Form(fields) => {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            who.visitor.post(path, &fields).await
        }
        Sent::Json(body) => who.visitor.json(method, path, who.token.as_deref(), Some(&body), None).await,
        Sent::Upload(fields, file) => {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            match path.starts_with("/api/") {
                true => who.visitor.upload_by_token(path, who.token.as_deref(), &fields, file).await,
                false => who.visitor.upload(path, &fields, file).await,
            }
        }
    }
}

/// Every table with everything that stands in it; SQLite alone, whose catalogue is asked.
pub async fn whole(app: &TestApp) -> Vec<(String, String)> {
    row! { struct Named { name: String } }
    row! { struct Text { text: String } }
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let tables: Vec<Named> = app.db().all(sql, &[]).await.unwrap();
    let mut all = Vec::new();
    for Named { name } in tables {
        let columns: Vec<Named> = app.db().all("SELECT name FROM pragma_table_info($1)", args![name]).await.unwrap();
        let quoted: Vec<String> = columns.iter().map(|c| format!("quote({})", c.name)).collect();
        let sql =
            format!("SELECT COALESCE(group_concat({}, '\n'), '') AS text FROM {name}", quoted.join(" || ' ' || "));
        let text: Text = app.db().one(&sql, &[]).await.unwrap();
        all.push((name, text.text));
    }
    all
}

/// Pages of personal data that leave no line, and why; none of them shows a full number.
const SILENT: &[(&str, &str)] = &[
    ("/team", "sessions and counts, no names"),
    ("/sessions/{session}/code", "a picture and a count"),
    ("/sessions/{session}/guests/new", "an empty form"),
    ("/sessions/{session}/inside/events", "ids and times, no names"),
    ("/api/v1/sessions/{session}/code", "an address, no names"),
    ("/api/v1/sessions/{session}/answers", "counts, no names"),
    ("/api/v1/team", "sessions and counts, no names"),
    ("/api/v1/me/messages", "one's own, sentences without numbers"),
    ("/api/v1/imports", "files and counts"),
    ("/api/v1/imports/{import}", "samples are masked"),
    ("/api/v1/imports/{import}/refusals", "refused cells are masked"),
    ("/sessions/{session}/code/picture", "a picture and a count"),
    ("/me", "one's own, no number"),
    ("/api/v1/me", "one's own, masked"),
    ("/me/messages", "one's own, sentences without numbers"),
    ("/me/messages/settings", "one's own, masked"),
    ("/api/v1/me/messages/settings", "one's own, no address"),
    ("/me/data", "one's own, masked until asked"),
    ("/me/trace", "one's own"),
    ("/api/v1/me/trace", "one's own"),
    ("/me/data/edit", "one's own, masked fields come empty"),
    ("/me/password", "a form"),
    ("/desk/people/new", "an empty form"),
    ("/desk/people/duplicates", "names and reasons, numbers masked"),
    ("/desk/people/{person}/duplicates/{other}", "two records, masked"),
    ("/desk/people/{person}/duplicates/{other}/merging", "two records, masked"),
    ("/desk/people/merges/{merge}", "two names and which fields, no values"),
    ("/desk/people/minors", "bands of age, numbers masked"),
    ("/api/v1/people/minors", "bands of age, numbers masked"),
    ("/me/wards", "whom one stands for, names alone"),
    ("/api/v1/me/wards", "whom one stands for, names alone"),
    ("/desk/certificates", "names of kinds"),
    ("/api/v1/certificates", "names of kinds"),
    ("/me/certificates", "one's own"),
    ("/api/v1/me/certificates", "one's own"),
    ("/me/teams/{team}/leaving", "one's own, no number"),
    ("/me/life", "one's own, no number"),
    ("/api/v1/me/life", "one's own, no number"),
    ("/api/v1/people/duplicates", "names and reasons, numbers masked"),
    ("/desk/people/{person}/edit", "masked fields come empty"),
    ("/desk/people/{person}/reveal/{field}", "asks for the reason"),
    ("/desk/people/export", "asks for the reason"),
    ("/desk/people/export/{wish}", "who asks what for, and for how many"),
    ("/desk/people/{person}/recovery", "a form"),
    ("/desk/teams/{team}/access", "counts of those who cannot sign in yet"),
    ("/desk/imports", "files and counts"),
    ("/desk/imports/{import}", "refused rows are shown masked"),
    ("/desk/imports/{import}/progress", "counts"),
    ("/desk/imports/{import}/undoing", "counts, and the names of those who stay"),
    ("/desk/imports/{import}/undoing/progress", "counts"),
];

/// Reads a silent page as everybody who may, and looks for what should be masked.
async fn masked(walk: &mut Walk, everybody: &[Somebody], route: &'static str, import: &str) {
    row! { struct Wish { id: Raw } }
    let wish: Option<Wish> =
        walk.district.app.db().optional("SELECT id FROM people_export LIMIT 1", &[]).await.unwrap();
    let merge: Option<Wish> =
        walk.district.app.db().optional("SELECT id FROM person_merge LIMIT 1", &[]).await.unwrap();
    let near = &walk.district.near;
    let mut path = route.to_owned();
    for (name, value) in [
        ("{session}", near.running.session.to_string()),
        ("{person}", near.member.to_string()),
        ("{other}", near.leader.to_string()),
        ("{merge}", merge.map(|merge| merge.id.to_string()).unwrap_or_default()),
        ("{team}", near.team.to_string()),
        ("{import}", import.to_owned()),
        ("{wish}", wish.map(|wish| wish.id.to_string()).unwrap_or_default()),
        ("{field}", "phone".to_owned()),
    ] {
        path = path.replace(name, &value);
    }
    let mut read = 0;
    for who in everybody {
        let reply = match route.starts_with("/api/") {
            true => who.visitor.json("GET", &path, who.token.as_deref(), None, None).await,
            false => who.visitor.get(&path).await,
        };
        read += usize::from(reply.status == 200);
        let told = walk.district.near.secrets.iter().find(|secret| reply.text_contains(secret));
        walk.faults.extend(told.map(|secret| format!("GET {route}: tells {} {secret} without a line", who.label)));
    }
    if read == 0 {
        walk.faults.push(format!("GET {route}: nobody could read it"));
    }
}

/// What is sealed or masked stands nowhere else in the database after all this, and nowhere in the log.
async fn lies_open(walk: &mut Walk) {
    let tables = whole(&walk.district.app).await;
    let log = String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned();
    assert!(log.contains("a form was refused") || log.len() > 1000, "the log was not written: {} bytes", log.len());
    for corner in [&walk.district.near, &walk.district.side, &walk.district.far] {
        for (n, secret) in corner.secrets.iter().enumerate() {
            // The number of a document is nowhere in clear; the other fields stand in the record alone.
            let open = tables.iter().filter(|(name, text)| text.contains(secret) && (n == 0 || name != "person"));
            walk.faults.extend(open.map(|(name, _)| format!("{secret} lies open in {name}")));
            walk.faults.extend(log.contains(secret).then(|| format!("{secret} is in the log")));
        }
    }
    for secret in [crate::district::PASSWORD, "440605194912310015", "440605190001010013"] {
        let open = tables.iter().filter(|(_, text)| text.contains(secret));
        walk.faults.extend(open.map(|(name, _)| format!("{secret} lies open in {name}")));
        walk.faults.extend(log.contains(secret).then(|| format!("{secret} is in the log")));
    }
}

/// What leaves for the telephones of people after all these deeds holds no field that is sealed or masked.
async fn leaves_nothing_personal(walk: &mut Walk) {
    row! { struct Left { word: String, text: String } }
    let sql = "SELECT word, CAST(args AS TEXT) || ' ' || url || ' ' || reason AS text FROM outbox";
    let left: Vec<Left> = walk.district.app.db().all(sql, &[]).await.unwrap();
    let kinds: BTreeSet<&str> = left.iter().map(|l| l.word.as_str()).collect();
    if kinds.len() < 4 {
        walk.faults.push(format!("only {kinds:?} left: the walk says too little"));
    }
    let marked = [&walk.district.near, &walk.district.side, &walk.district.far].map(|corner| corner.secrets.clone());
    for secret in marked.iter().flatten().map(String::as_str).chain(["440605194912310015", "440605190001010013"]) {
        let open = left.iter().filter(|l| l.text.contains(secret));
        walk.faults.extend(open.map(|l| format!("{secret} leaves with {}", l.word)));
    }
}

/// A house from which every message also leaves by SMS.
fn with_a_way_out() -> kernel::Config {
    let line = kernel::outbox::Line { adapter: kernel::outbox::Adapter::Console, unless_off: true };
    let mail = Some(line.clone());
    let channels = kernel::outbox::Channels { sms: Some(line), mail, ..kernel::outbox::Channels::default() };
    kernel::Config { channels, ..kernel::Config::default() }
}

/// Every object and every named value of the trace has a word for who reads it.
async fn unworded(walk: &mut Walk) {
    row! { struct Told { object_kind: String, detail: kernel::Json<serde_json::Value> } }
    let app = walk.district.app.clone();
    let told: Vec<Told> = app.db().all("SELECT object_kind, detail FROM audit_line", &[]).await.unwrap();
    let mut keys = BTreeSet::new();
    for line in &told {
        keys.insert(format!("object.{}", line.object_kind));
        names(&line.detail.0, &mut keys);
    }
    let without = keys.into_iter().filter(|key| !app.app.words.has(key));
    walk.faults.extend(without.map(|key| format!("{key} has no word")));
}

fn names(detail: &serde_json::Value, keys: &mut BTreeSet<String>) {
    for (name, value) in detail.as_object().into_iter().flatten() {
        keys.insert(format!("trace.field.{name}"));
        names(value, keys);
    }
}

/// The log of this process.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Keep;

impl std::io::Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_deed_of_every_route_leaves_its_line_or_does_not_happen() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| Keep);
    let _ = log.try_init();
    on_both(crate::district::all, async |app: TestApp| {
        let began = std::time::Instant::now();
        let app = app.configured(crate::district::all, with_a_way_out()).await;
        let district = District::settle(&app).await;
        let everybody = district.everybody().await;
        let mut walk = Walk { district, asked: BTreeSet::new(), faults: Vec::new() };
        let import = deeds::walk(&mut walk, &everybody).await;
        for (route, _) in SILENT {
            masked(&mut walk, &everybody, route, &import).await;
        }
        for fact in &app.app.routes {
            let (personal, silent) = (fact.permission.class >= Class::S3, SILENT.iter().any(|(r, _)| *r == fact.path));
            let wanted = fact.method != "GET" || (personal && !silent);
            if wanted && !walk.asked.contains(&(fact.method, fact.path.as_str())) {
                walk.faults.push(format!("{} {}: nobody walked here", fact.method, fact.path));
            }
        }
        for kind in app.audit_kinds().await.into_iter().collect::<BTreeSet<_>>() {
            let word = format!("deed.{kind}");
            if app.app.words.text(kernel::Lang::Zh, &word) == word {
                walk.faults.push(format!("{word} has no word"));
            }
        }
        unworded(&mut walk).await;
        leaves_nothing_personal(&mut walk).await;
        if !app.on_server {
            lies_open(&mut walk).await;
        }
        let lines = kernel::audit::verify(app.db(), app.tenant).await.unwrap();
        println!(
            "{} routes walked in {:.1} s, {} faults, the chain: {lines:?}",
            walk.asked.len(),
            began.elapsed().as_secs_f32(),
            walk.faults.len()
        );
        assert!(lines.is_ok(), "{lines:?}");
        assert!(walk.faults.is_empty(), "{}", walk.faults.join("\n"));
    })
    .await;
}
