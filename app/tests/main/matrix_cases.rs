//! The cases of the matrix: one at least for every route; what changes an object stands after what reads it.

use super::case::{Aim, Body, Case, Fields, call, get, none, post, text};
use super::world::World;
use crate::district::Corner;
use serde_json::{Value, json};

/// The form of an activity of a corner's team.
pub fn activity_form(corner: &Corner) -> Fields {
    let mut fields = text(&[
        ("title", "长者饭堂送餐"),
        ("category", "02"),
        ("summary", "把热饭送到长者家中。"),
        ("place", "服务站北门"),
        ("day", "2026-11-27"),
        ("from", "14:00"),
        ("to", "17:00"),
        ("post", "送餐员"),
        ("places", "5"),
        ("scope", "public"),
        ("contact_name", "联系人"),
        ("contact_phone", "13700000000"),
        ("risk_notice", "路线过两处路口。"),
        ("risky", "no"),
        ("working_time", "no"),
        ("own_duty", "no"),
    ]);
    fields.extend(["1", "2", "3", "4", "5", "6"].map(|rule| ("rule", rule.to_owned())));
    fields.extend([("team", corner.team.to_string()), ("region", corner.region.to_owned())]);
    fields
}

/// All of them.
pub fn all() -> Vec<Case> {
    [
        kernel_cases(),
        activities_cases(),
        attendance_cases(),
        hours_cases(),
        records_cases(),
        people_cases(),
        team_cases(),
        double_cases(),
        federation_cases(),
        import_cases(),
        access_cases(),
        statistics_cases(),
        other_cases(),
        super::cases_api::all(),
        super::cases_exchange::all(),
        super::cases_series::all(),
        super::cases_people::all(),
        super::cases_joining::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn kernel_cases() -> Vec<Case> {
    let passwords: fn(&World, &Corner) -> Fields = |_, _| text(&[("password", "a b c d e f g"), ("again", "x")]);
    vec![
        get("/sign-in", Aim::Plain),
        post("/sign-in", Aim::Plain, |_, _| text(&[("name", "nobody"), ("password", "wrong")])),
        post("/demo-sign-in", Aim::Nothing, |_, _| text(&[("name", "demo-1")])),
        get("/second-factor", Aim::Plain),
        post("/second-factor", Aim::Plain, |_, _| text(&[("code", "000000")])),
        get("/settings", Aim::Plain).query("?mode=plain"),
        get("/offline", Aim::Plain),
        get("/welcome/{token}", Aim::Plain),
        post("/welcome/{token}", Aim::Plain, passwords),
        get("/welcome/{token}", Aim::Nothing),
        get("/keeper/{token}", Aim::Plain),
        post("/keeper/{token}", Aim::Plain, passwords),
        get("/recovery/{token}", Aim::Whole),
        get("/recovery/{token}", Aim::Nothing),
        post("/recovery/{token}", Aim::Whole, |_, _| text(&[("password", "short"), ("again", "short")])),
        post("/recovery/{token}", Aim::Nothing, passwords).restore(&["DELETE FROM sign_in_try"]),
        get("/desk", Aim::Plain),
        get("/desk/search", Aim::Plain).query("?q=chen"),
        get("/api/v1/search", Aim::Plain).query("?q=chen"),
        get("/desk/trace", Aim::Plain),
        get("/desk/explain", Aim::Plain),
        get("/desk/settings", Aim::Plain),
        post("/desk/settings/{setting}", Aim::Plain, |_, _| text(&[("value", "5")])),
        get("/desk/jobs", Aim::Plain),
        get("/desk/jobs/{job}", Aim::Whole),
        post("/desk/jobs/{job}/cancellation", Aim::Whole, none),
        get("/desk/outbox", Aim::Plain),
        get("/desk/outbox/export", Aim::Plain).query("?format=csv"),
        get("/api/v1/outbox", Aim::Plain),
        post("/desk/outbox/retries", Aim::Plain, |_, _| text(&[("channel", "")])),
        post("/desk/outbox/{message}/retry", Aim::Whole, none)
            .restore(&["UPDATE outbox SET state = 'failed', done_at = made_at"]),
        get("/desk/accounts", Aim::Plain),
        post("/desk/accounts", Aim::Plain, |_, _| text(&[("sign_in_name", ""), ("name", "新同事")])),
        get("/desk/accounts/{account}", Aim::Whole),
        post("/desk/accounts/{account}/roles", Aim::Whole, |_, _| {
            text(&[("role", "station"), ("region", "440605125003")])
        }),
        post("/desk/accounts/{account}/roles/{role}/end", Aim::Whole, none),
        post("/desk/accounts/{account}/recovery", Aim::Whole, |_, _| text(&[("checked", "")])),
        post("/desk/accounts/{account}/end", Aim::Whole, none),
        Case { ends_session: true, ..post("/sign-out", Aim::Plain, none) },
    ]
}

fn activities_cases() -> Vec<Case> {
    let manage = activities::MANAGE;
    vec![
        get("/activities", Aim::Plain),
        get("/activities/{activity}", Aim::Whole),
        get("/activities/{activity}", Aim::Held).on(|c| &c.draft).inner(manage),
        get("/api/v1/activities", Aim::Plain),
        get("/api/v1/activities/{activity}", Aim::Whole),
        get("/api/v1/activities/{activity}", Aim::Held).on(|c| &c.draft).inner(manage),
        get("/activities/new", Aim::Plain),
        get("/activities/new", Aim::Held).query("?team={team}"),
        post("/activities", Aim::Held, |_, c| activity_form(c)),
        get("/activities/{activity}/edit", Aim::Held).on(|c| &c.draft),
        post("/activities/{activity}", Aim::Held, |_, c| activity_form(c)).on(|c| &c.draft),
        get("/activities/{activity}/submission", Aim::Held).on(|c| &c.draft),
        Case::of(
            "POST",
            "/activities/{activity}/proof",
            Aim::Held,
            Body::Upload(&[("truth_name", "")], ("proof", "proof.pdf", b"%PDF-1.4 sheet")),
        )
        .on(|c| &c.draft),
        get("/activities/{activity}/proof", Aim::Held).on(|c| &c.draft),
        get("/desk/activities", Aim::Plain),
        get("/desk/activities/export", Aim::Plain).query("?format=csv"),
        get("/desk/activities/{activity}", Aim::Held).on(|c| &c.draft),
        get("/desk/activities/{activity}/review", Aim::Held).on(|c| &c.review),
        get("/activities/{activity}/signups/{signup}", Aim::Mine),
        get("/activities/{activity}/draw", Aim::Nothing),
        get("/api/v1/activities/{activity}/draw", Aim::Nothing),
        get("/api/v1/signups/{signup}", Aim::Mine),
        get("/me/services/{signup}/offer", Aim::Mine),
        post("/me/services/{signup}/offer", Aim::Mine, |_, _| text(&[("answer", "accept")])),
        call("PUT", "/api/v1/signups/{signup}/offer", Aim::Mine, |_, _| json!({ "accept": true })),
        get("/activities/{activity}/groups/new", Aim::Whole),
        post("/activities/{activity}/groups", Aim::Whole, |_, _| text(&[("together", "all")])),
        get("/me/services/{signup}/handover", Aim::Mine),
        post("/me/services/{signup}/handover", Aim::Mine, |_, _| text(&[("answer", "no")])),
        post("/activities/{activity}/handovers", Aim::Whole, |_, c| vec![("signup", c.open.signup.to_string())]),
        get("/me/services", Aim::Plain),
        get("/me/services/{signup}/withdrawal", Aim::Mine),
        post("/activities/{activity}/signups", Aim::Plain, |_, c| vec![("post", c.open.post.to_string())]),
        call("POST", "/api/v1/activities/{activity}/signups", Aim::Plain, |_, c| json!({ "post": c.open.post })),
        post("/me/services/{signup}/withdrawal", Aim::Mine, none),
        post("/activities/{activity}/submission", Aim::Held, none).on(|c| &c.draft),
        post("/desk/activities/{activity}/decision", Aim::Held, |_, _| text(&[("decision", "publish")]))
            .on(|c| &c.review),
        post("/desk/activities/{activity}/step", Aim::Held, |_, _| text(&[("step", "end")])),
    ]
}

fn attendance_cases() -> Vec<Case> {
    let someone: fn(&World, &Corner) -> Fields = |_, c| vec![("person", c.member.to_string())];
    let named: fn(&World, &Corner) -> Value = |_, c| json!({ "person": c.member });
    const JOINED: &[&str] = &["UPDATE signup SET state = 'joined'", "UPDATE post SET taken = 1"];
    const NOBODY: &[&str] = &["DELETE FROM attendance"];
    let many: fn(&World, &Corner) -> Fields =
        |_, c| vec![("deed", "in".to_owned()), ("then", "look".to_owned()), ("person", c.member.to_string())];
    let scan: (&str, &str, &[u8]) = ("scan", "sheet.pdf", b"%PDF sheet");
    let sheet = |route| Case::of("POST", route, Aim::Held, Body::Upload(&[("who:1", "")], scan));
    let on = |case: Case| case.on(|c| &c.running);
    let claim = Case::of(
        "POST",
        "/sessions/{session}/claims",
        Aim::Held,
        Body::Upload(&[("reason", "")], ("sheet", "sheet.png", b"\x89PNG sheet")),
    );
    vec![
        get("/team", Aim::Plain),
        on(get("/sessions/{session}", Aim::Held)),
        on(get("/sessions/{session}/code", Aim::Held)),
        on(get("/sessions/{session}/code/picture", Aim::Held)),
        get("/sessions/{session}/claims/new", Aim::Held).on(|c| &c.over),
        claim.on(|c| &c.over),
        on(post("/sessions/{session}/served", Aim::Held, |_, _| text(&[("served", "12")]))),
        on(call("PUT", "/api/v1/sessions/{session}/served", Aim::Held, |_, _| json!({ "served": 12 }))),
        on(post("/sessions/{session}/handovers", Aim::Held, |_, c| {
            vec![("signup", c.running.signup.to_string()), ("answer", "yes".to_owned())]
        })),
        on(post("/sessions/{session}/moves", Aim::Held, |_, c| {
            vec![("signup", c.running.signup.to_string()), ("post", c.running.post.to_string())]
        })),
        on(post("/sessions/{session}/removals", Aim::Held, someone)).restore(JOINED),
        on(post("/sessions/{session}/arrivals", Aim::Held, someone)),
        on(post("/sessions/{session}/departures", Aim::Held, someone)),
        on(call("POST", "/api/v1/sessions/{session}/arrivals", Aim::Held, named)),
        on(call("POST", "/api/v1/sessions/{session}/departures", Aim::Held, named)),
        on(get("/sessions/{session}/bulk", Aim::Held)),
        on(post("/sessions/{session}/bulk", Aim::Held, many)),
        on(get("/sessions/{session}/guests/new", Aim::Held)),
        on(post("/sessions/{session}/guests", Aim::Held, |_, _| {
            text(&[("name", "冯秀英"), ("phone", ""), ("told", "on")])
        })),
        on(get("/sessions/{session}/inside", Aim::Held)),
        on(get("/sessions/{session}/inside/events", Aim::Held)),
        get("/sessions/{session}/sheets", Aim::Held).on(|c| &c.over),
        get("/sessions/{session}/sheets/new", Aim::Held).on(|c| &c.over),
        sheet("/sessions/{session}/sheets").on(|c| &c.over),
        get("/sheets/{sheet}/sample", Aim::Held),
        sheet("/sheets/{sheet}/sample"),
        get("/sheets/{sheet}/scan", Aim::Held),
        get("/desk/sheets/{sheet}", Aim::Held),
        post("/desk/sheets/{sheet}/decision", Aim::Held, |_, _| text(&[("decision", "return"), ("opinion", "")])),
        on(get("/check-in/{session}", Aim::Plain)),
        on(post("/check-in/{session}", Aim::Plain, |_, _| text(&[("deed", "in")]))).restore(NOBODY),
        on(get("/c/{session}/{turn}/{mark}", Aim::Plain)),
    ]
}

fn hours_cases() -> Vec<Case> {
    vec![
        get("/me/hours", Aim::Plain),
        get("/api/v1/me/hours", Aim::Plain),
        get("/desk/hours", Aim::Plain),
        get("/desk/hours/export", Aim::Plain).query("?format=csv"),
        get("/desk/hours/{entry}", Aim::Held),
        post("/desk/hours/{entry}/reversal", Aim::Held, |_, _| text(&[("reason", "")])),
        get("/desk/hours/claims/{claim}", Aim::Held),
        get("/desk/hours/claims/{claim}/evidence", Aim::Held),
        post("/desk/hours/claims/{claim}/decision", Aim::Held, |_, _| text(&[("decision", "")])),
        get("/me/hours/applications/new", Aim::Plain),
        get("/me/hours/applications/{pending}", Aim::Mine),
        get("/sessions/{session}/applications/new", Aim::Team).on(|c| &c.over),
        Case::of(
            "POST",
            "/sessions/{session}/applications",
            Aim::Team,
            Body::Upload(&[("from", ""), ("to", ""), ("reason", "")], ("evidence", "proof.pdf", b"%PDF-1.4 x")),
        )
        .on(|c| &c.over),
        get("/desk/hours/pending", Aim::Plain),
        get("/desk/hours/pending/export", Aim::Plain).query("?format=csv"),
        get("/desk/hours/pending/{pending}", Aim::Held),
        get("/desk/hours/pending/{pending}/evidence/{proof}", Aim::Held),
        post("/desk/hours/pending/{pending}/decision", Aim::Held, |_, _| text(&[("decision", "")])),
        get("/postings", Aim::Plain),
        get("/postings/{pending}", Aim::Whole),
        post("/postings/{pending}/objections", Aim::Whole, |_, _| text(&[("reason", "")])),
        get("/desk/hours/months", Aim::Plain),
        get("/desk/hours/months/{month}", Aim::Plain),
        post("/desk/hours/months/{month}/closure", Aim::Plain, none),
        post("/me/hours/applications/{pending}/withdrawal", Aim::Mine, none).restore(REPORTED),
    ]
}

fn records_cases() -> Vec<Case> {
    let of_team: fn(&World, &Corner) -> Fields = |_, c| {
        let mut fields =
            text(&[("title", ""), ("on", ""), ("issuer", ""), ("document", ""), ("number", ""), ("kind", "")]);
        fields.extend([("content", String::new()), ("team", c.team.to_string())]);
        fields
    };
    let marks: fn(&World, &Corner) -> Fields = |_, _| text(&[("first", "0")]);
    vec![
        get("/desk/awards", Aim::Plain),
        get("/desk/awards/export", Aim::Plain).query("?format=csv"),
        get("/desk/awards/new", Aim::Held).query("?team={team}"),
        post("/desk/awards", Aim::Held, of_team),
        get("/desk/awards/{award}", Aim::Held),
        post("/desk/awards/{award}/withdrawal", Aim::Held, |_, _| text(&[("reason", "")])),
        get("/me/awards", Aim::Plain),
        get("/desk/evaluations", Aim::Plain),
        get("/desk/evaluations/export", Aim::Plain).query("?format=csv"),
        get("/activities/{activity}/evaluations", Aim::Held).on(|c| &c.over),
        get("/activities/{activity}/evaluations/{person}", Aim::Held).on(|c| &c.over),
        post("/activities/{activity}/evaluations/{person}", Aim::Held, marks).on(|c| &c.over),
        get("/me/evaluations", Aim::Plain),
        get("/me/evaluations/{activity}", Aim::Leader).on(|c| &c.over),
        post("/me/evaluations/{activity}", Aim::Leader, marks).on(|c| &c.over),
        get("/me/hours/statement", Aim::Plain).query("?year=2026"),
        get("/me/hours/statement/export", Aim::Plain).query("?format=csv"),
        get("/desk/teams/{team}/statement", Aim::Held),
        get("/desk/teams/{team}/statement/export", Aim::Held).query("?format=csv"),
    ]
}

/// What the member reported still waits for the leader.
pub const REPORTED: &[&str] =
    &["UPDATE hours_pending SET state = 'waiting', closed_at = NULL, closed_name = NULL WHERE posted_until IS NULL"];

/// People who may be on record twice.
fn double_cases() -> Vec<Case> {
    vec![
        get("/desk/people/duplicates", Aim::Plain),
        get("/desk/people/duplicates/export", Aim::Plain),
        get("/desk/people/{person}/duplicates/{other}", Aim::Person),
        post("/desk/people/{person}/duplicates/{other}/decision", Aim::Person, |_, _| text(&[("decision", "apart")])),
        get("/desk/people/{person}/duplicates/{other}/merging", Aim::Person),
        post("/desk/people/{person}/duplicates/{other}/merging", Aim::Person, none),
        get("/desk/people/merges/{merge}", Aim::Person),
        post("/desk/people/merges/{merge}/unmerging", Aim::Person, |_, _| text(&[("reason", "test")])),
        post("/desk/people/merges/{merge}/unmerging/decision", Aim::Person, |_, _| text(&[("decision", "yes")])),
        call("POST", "/api/v1/people/{person}/duplicates/{other}/merging", Aim::Person, |_, _| json!({ "kept": "" })),
        call("POST", "/api/v1/people/merges/{merge}/unmerging", Aim::Person, |_, _| json!({ "reason": "test" })),
        call(
            "POST",
            "/api/v1/people/merges/{merge}/unmerging/decision",
            Aim::Person,
            |_, _| json!({ "decision": "yes" }),
        ),
        get("/api/v1/people/duplicates", Aim::Plain),
        call(
            "POST",
            "/api/v1/people/{person}/duplicates/{other}/decision",
            Aim::Person,
            |_, _| json!({ "apart": true }),
        ),
    ]
}

fn people_cases() -> Vec<Case> {
    use people::policy::{OPEN_ID, READ};
    let leaving: fn(&World, &Corner) -> Fields = |_, _| text(&[("last", ""), ("reason", "")]);
    let person: fn(&World, &Corner) -> Fields = |_, c| {
        let mut fields = text(&[("name", "新志愿者"), ("phone", "13911112222"), ("sex", "2")]);
        fields.push(("region", c.region.to_owned()));
        fields
    };
    let team: fn(&World, &Corner) -> Fields = |_, c| {
        let mut fields = text(&[("name", "新志愿队"), ("kind", "village")]);
        fields.push(("region", c.region.to_owned()));
        fields
    };
    let why: fn(&World, &Corner) -> Fields = |_, _| text(&[("why", "check"), ("note", "")]);
    vec![
        get("/desk/people", Aim::Plain),
        get("/api/v1/people", Aim::Plain),
        get("/desk/people/new", Aim::Plain),
        get("/desk/people/{person}", Aim::Person),
        get("/api/v1/people/{person}", Aim::Person),
        get("/desk/people/{person}/edit", Aim::Person).seen(READ),
        get(FIELD, Aim::Person).seen(READ),
        post(FIELD, Aim::Person, why).seen(READ),
        Case { field: "identity", ..get(FIELD, Aim::Person) }.seen(READ).inner(OPEN_ID),
        Case { field: "identity", ..post(FIELD, Aim::Person, why) }.seen(READ).inner(OPEN_ID),
        get("/desk/people/export", Aim::Plain),
        post("/desk/people/export", Aim::Plain, |_, _| {
            text(&[("format", "csv"), ("reason", "核对"), ("columns", "full")])
        }),
        get("/desk/people/export/{wish}", Aim::Held),
        post("/desk/people/export/{wish}/decision", Aim::Held, |_, _| text(&[("decision", "approved")])),
        post("/desk/people/export/{wish}/file", Aim::Held, none),
        post("/desk/people", Aim::Region, person).founds(),
        call(
            "POST",
            "/api/v1/people",
            Aim::Region,
            |_, c| json!({ "name": "新志愿者", "phone": "13911113333", "sex": "2", "region": c.region }),
        )
        .founds(),
        post("/desk/people/{person}", Aim::Person, |_, c| vec![("name", c.name.to_owned())]).seen(READ),
        get("/desk/teams", Aim::Plain),
        get("/api/v1/teams", Aim::Plain),
        get("/desk/teams/export", Aim::Plain).query("?format=csv"),
        get("/desk/teams/new", Aim::Plain),
        get("/desk/teams/{team}", Aim::Held),
        get("/api/v1/teams/{team}", Aim::Held),
        get("/api/v1/teams/{team}/members", Aim::Held),
        get("/desk/teams/{team}/edit", Aim::Held).seen(organisations::policy::READ),
        post("/desk/teams", Aim::Region, team).founds(),
        post("/desk/teams/{team}", Aim::Held, team).seen(organisations::policy::READ),
        post("/desk/teams/{team}/members", Aim::Held, |_, _| text(&[("who", ""), ("role", "member")]))
            .seen(organisations::policy::READ),
        get("/desk/teams/{team}/members/{person}/leaving", Aim::Held).seen(organisations::policy::READ),
        post("/desk/teams/{team}/members/{person}/leaving", Aim::Held, leaving).seen(organisations::policy::READ),
    ]
}

fn team_cases() -> Vec<Case> {
    let wish: fn(&World, &Corner) -> Fields = |_, c| {
        let mut fields = text(&[("name", "新志愿队"), ("kind", "village"), ("purpose", "巡河")]);
        fields.push(("region", c.region.to_owned()));
        fields
    };
    const OFFERED: &[&str] = &["UPDATE team_handover SET state = 'offered'"];
    let read = organisations::policy::READ;
    vec![
        get("/teams/new", Aim::Plain),
        post("/teams", Aim::Plain, wish),
        get("/teams/{team}/application", Aim::Mine),
        get("/desk/teams/{team}/review", Aim::Held),
        post("/desk/teams/{team}/review", Aim::Held, |_, _| text(&[("decision", "decline")])),
        get("/desk/teams/{team}/state", Aim::Held).seen(read),
        get("/desk/teams/{team}/handover", Aim::Held).seen(read),
        post("/desk/teams/{team}/handover", Aim::Held, |_, _| text(&[("who", "")])).seen(read),
        post("/desk/teams/{team}/handover/decision", Aim::Held, |_, _| text(&[("decision", "decline")])).seen(read),
        get("/teams/{team}/handover", Aim::Mine).restore(OFFERED),
        post("/teams/{team}/handover", Aim::Mine, |_, _| text(&[("answer", "accept")])).restore(OFFERED),
        post("/desk/teams/{team}/handover/withdrawal", Aim::Held, none).seen(read).restore(OFFERED),
        get("/desk/teams/{team}/merger", Aim::Held).seen(read),
        post("/desk/teams/{team}/merger", Aim::Held, none).seen(read),
        get("/desk/teams/{team}/division", Aim::Held).seen(read),
        post("/desk/teams/{team}/division", Aim::Held, none).seen(read),
        post("/desk/teams/{team}/state", Aim::Held, |_, _| text(&[("state", "active"), ("reason", "照旧")])).seen(read),
    ]
}

/// The number of a document stands behind another permission than the other fields of the same route.
const FIELD: &str = "/desk/people/{person}/reveal/{field}";

fn federation_cases() -> Vec<Case> {
    const WAITS: &[&str] = &[
        "UPDATE join_request SET state = 'applied', decided_at = NULL, decided_by = NULL, decided_name = NULL, opinion = NULL",
    ];
    const CLAIMED: &[&str] =
        &["UPDATE record_claim SET state = 'waiting', decided_at = NULL, decided_by = NULL, decided_name = NULL"];
    const INVITED: &[&str] = &["UPDATE invitation SET state = 'open', answered_at = NULL"];
    vec![
        get("/", Aim::Plain),
        get("/join", Aim::Plain),
        post("/join", Aim::Plain, |_, _| text(&[("step", "name"), ("go", "next"), ("state", ""), ("name", "陈慧敏")])),
        get("/claim", Aim::Plain),
        post("/claim", Aim::Plain, |_, _| text(&[("name", ""), ("tail", "1234"), ("phone", "13900000000")])),
        get("/claim/{token}", Aim::Nothing),
        get("/team/claims", Aim::Plain),
        post("/team/claims/{claim}/decision", Aim::Held, |_, _| text(&[("decision", "declined")])).restore(CLAIMED),
        get("/me", Aim::Plain),
        get("/api/v1/me", Aim::Plain),
        post("/me/invitations/{invitation}/decision", Aim::Mine, |_, _| text(&[("decision", "accepted")]))
            .restore(INVITED),
        get("/me/messages", Aim::Plain),
        post("/me/messages/read", Aim::Plain, none),
        get("/me/messages/settings", Aim::Plain),
        get("/api/v1/me/messages/settings", Aim::Plain),
        call(
            "PUT",
            "/api/v1/me/messages/settings",
            Aim::Plain,
            |_, _| json!({ "quiet_from": "", "quiet_to": "08:00", "digest": false, "digest_at": "18:30" }),
        ),
        post("/me/messages/settings", Aim::Plain, |_, _| {
            text(&[("quiet_from", "22:00"), ("quiet_to", "07:00"), ("digest_at", "18:30")])
        }),
        post("/me/messages/settings/off", Aim::Plain, none),
        post("/me/messages/confirmation", Aim::Plain, none),
        post("/me/messages/confirmation/code", Aim::Plain, |_, _| text(&[("code", "000000")])),
        get("/me/data", Aim::Plain),
        post("/me/data/reveal", Aim::Plain, |_, _| text(&[("field", "phone"), ("why", "")])),
        get("/me/trace", Aim::Plain),
        get("/me/data/edit", Aim::Plain),
        post("/me/data/edit", Aim::Plain, |_, _| text(&[("skills", "急救")])),
        get("/me/password", Aim::Plain),
        post("/me/password", Aim::Plain, |_, _| text(&[("password", "x"), ("new", "y"), ("again", "z")])),
        get("/team/requests", Aim::Plain),
        post("/team/requests/{request}/decision", Aim::Held, |_, _| text(&[("decision", "accepted")])).restore(WAITS),
        call(
            "POST",
            "/api/v1/volunteers",
            Aim::Region,
            |_, c| json!({ "name": "李强", "id_number": "440605194912310015", "region_code": c.region }),
        )
        .founds(),
    ]
}

fn import_cases() -> Vec<Case> {
    const WRITTEN: &[&str] = &[
        "DELETE FROM import_undoing",
        "UPDATE import_run SET state = 'done', written = '{\"created\": 1, \"updated\": 0, \"joined\": 0, \"skipped\": 0, \"refused\": 0}'",
    ];
    let upload = Body::Upload(&[("kind", "volunteers")], ("file", "roster.csv", super::world::ROSTER.as_bytes()));
    vec![
        get("/desk/imports", Aim::Plain),
        Case::of("POST", "/desk/imports", Aim::Plain, upload),
        get("/desk/imports/{import}", Aim::Made),
        get("/desk/imports/{import}/progress", Aim::Made),
        get("/desk/imports/{import}/errors", Aim::Made),
        post("/desk/imports/{import}/mapping", Aim::Made, none),
        post("/desk/imports/{import}/cancellation", Aim::Made, none),
        post("/desk/imports/{import}/commit", Aim::Made, none),
        get("/desk/imports/{import}/undoing", Aim::Made).restore(WRITTEN),
        get("/desk/imports/{import}/undoing/progress", Aim::Made),
        post("/desk/imports/{import}/undoing", Aim::Made, none).restore(WRITTEN),
    ]
}

fn access_cases() -> Vec<Case> {
    // A link for everybody who is on record with a number: taking one back needs one.
    const GIVEN: &[&str] = &[
        "DELETE FROM access_slip WHERE made_by = 'again'",
        "INSERT INTO access_slip (tenant_id, id, person_id, token_hash, state, tries, leads, made_at, ends_at, made_by)
         SELECT tenant_id, id, id, 'again' || volunteer_no, 'open', 0, '[]', created_at, created_at, 'again' FROM person p
         WHERE volunteer_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM access_slip s
           WHERE s.tenant_id = p.tenant_id AND s.person_id = p.id AND s.state = 'open')",
    ];
    let chosen: fn(&World, &Corner) -> Fields = |_, _| text(&[("password", "short"), ("again", "short")]);
    vec![
        get("/access/{token}", Aim::Whole),
        get("/access/{token}", Aim::Nothing),
        post("/access/{token}", Aim::Whole, chosen),
        post("/access/{token}", Aim::Nothing, chosen),
        post("/desk/people/{person}/access", Aim::Person, none),
        post("/desk/people/{person}/access/end", Aim::Person, none).restore(GIVEN),
        get("/desk/people/{person}/recovery", Aim::Person),
        post("/desk/people/{person}/recovery", Aim::Person, |_, _| text(&[("checked", "")])),
        get("/desk/teams/{team}/access", Aim::Held),
        post("/desk/teams/{team}/access", Aim::Held, none),
    ]
}

fn other_cases() -> Vec<Case> {
    const SHINES: &[&str] = &["UPDATE wall_screen SET ended_at = NULL"];
    let site: fn(&World, &Corner) -> Fields = |_, c| {
        let mut fields = text(&[("name", "新服务站"), ("kind", "station"), ("address", "二号")]);
        fields.push(("region", c.region.to_owned()));
        fields
    };
    vec![
        get("/desk/towns", Aim::Plain),
        get("/desk/towns/{region}/merger", Aim::Plain).query("?into=440605126"),
        post("/desk/towns/{region}/merger", Aim::Plain, |_, _| text(&[("into", ""), ("reason", "")])),
        get("/desk/towns/{region}/name", Aim::Plain),
        post("/desk/towns/{region}/name", Aim::Plain, |_, _| text(&[("name", ""), ("reason", "")])),
        get("/desk/towns/{region}/division", Aim::Plain),
        post("/desk/towns/{region}/division", Aim::Plain, |_, _| text(&[("name", ""), ("reason", "")])),
        get("/sites", Aim::Plain),
        get("/api/v1/regions", Aim::Plain),
        get("/api/v1/sites", Aim::Plain),
        get("/desk/sites", Aim::Plain),
        get("/desk/sites/new", Aim::Plain),
        get("/desk/sites/{site}/edit", Aim::Region),
        post("/desk/sites", Aim::Region, site).founds(),
        post("/desk/sites/{site}", Aim::Region, site),
        get("/wall/{token}", Aim::Whole),
        get("/wall/{token}/now", Aim::Whole),
        get("/wall/{token}/next", Aim::Whole),
        get("/wall/{token}/rhythm", Aim::Whole),
        // A stream without an end is asked for with an address that is none.
        get("/wall/{token}/events", Aim::Nothing),
        get("/desk/walls", Aim::Plain),
        post("/desk/walls", Aim::Plain, |_, _| text(&[("name", ""), ("region", "")])),
        post("/desk/walls/{screen}/end", Aim::Whole, none).restore(SHINES),
    ]
}

fn statistics_cases() -> Vec<Case> {
    vec![
        get("/desk/statistics", Aim::Plain),
        get("/desk/statistics/export.xlsx", Aim::Plain),
        get("/desk/statistics/export.csv", Aim::Plain),
        get("/desk/statistics/served", Aim::Plain),
        get("/desk/statistics/served/export", Aim::Plain),
        get("/desk/statistics/people", Aim::Plain).query("?metric=active"),
        get("/desk/statistics/people/export", Aim::Plain).query("?metric=active"),
        get("/desk/statistics/teams", Aim::Plain),
        get("/desk/statistics/teams/export", Aim::Plain),
        get("/desk/statistics/activities", Aim::Plain),
        get("/desk/statistics/activities/export", Aim::Plain),
        get("/desk/statistics/pivot", Aim::Plain),
        get("/desk/statistics/pivot.xlsx", Aim::Plain),
        get("/desk/statistics/pivot.csv", Aim::Plain),
        get("/desk/statistics/frozen", Aim::Plain),
        post("/desk/statistics/frozen", Aim::Plain, |_, _| text(&[("name", "")])),
        get("/desk/statistics/frozen/{report}", Aim::Nothing),
        get("/desk/statistics/frozen/{report}/export.xlsx", Aim::Nothing),
        get("/desk/statistics/frozen/{report}/export.csv", Aim::Nothing),
        get("/api/v1/statistics/frozen", Aim::Plain),
        get("/api/v1/statistics/frozen/{report}", Aim::Nothing),
        get("/desk/statistics/targets", Aim::Plain),
        get("/desk/statistics/targets/export.xlsx", Aim::Plain),
        get("/desk/statistics/targets/export.csv", Aim::Plain),
        get("/api/v1/statistics/targets", Aim::Plain),
        post("/desk/statistics/targets", Aim::Plain, |_, _| {
            text(&[("year", "2026"), ("metric", "hours"), ("town", "440605125"), ("goal", "x")])
        }),
        get("/desk/statistics/blanks", Aim::Plain),
        Case::of(
            "POST",
            "/desk/statistics/blanks",
            Aim::Plain,
            Body::Upload(&[("name", ""), ("bindings", "")], ("file", "form.xlsx", b"PK")),
        ),
        get("/desk/statistics/blanks/{blank}", Aim::Nothing),
        get("/desk/statistics/blanks/{blank}/filled.xlsx", Aim::Nothing),
        post("/desk/statistics/blanks/{blank}/bindings", Aim::Nothing, |_, _| text(&[("bindings", "")])),
        post("/desk/statistics/blanks/{blank}/removal", Aim::Nothing, none),
        get("/desk/statistics/dictionary", Aim::Plain),
        get("/api/v1/statistics", Aim::Plain),
        get("/api/v1/statistics/pivot", Aim::Plain),
        get("/figures", Aim::Plain),
        get("/figures/pivot", Aim::Plain),
        get("/api/v1/figures/pivot", Aim::Plain),
        get("/figures/dictionary", Aim::Plain),
        get("/api/v1/figures", Aim::Plain),
        get("/api/v1/figures/dictionary", Aim::Plain),
    ]
}
