//! What the matrix asks about beyond the three corners: runs, jobs, screens, links and accounts.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::case::Case;
use crate::district::{Corner, District, Somebody};
use chrono::{DateTime, Duration, Utc};
use kernel::ids::Raw;
use kernel::policy::{Role, Scope};
use kernel::{AccountId, Read as _, Tx, args, row};
use testkit::TestApp;
use testkit::app::region;

/// The district with everybody in it.
pub struct World {
    pub district: District,
    pub everybody: Vec<Somebody>,
    /// Runs of the near town and of the far one.
    pub runs: [(Raw, Raw); 2],
    pub job: Raw,
    pub screen: Raw,
    pub wall: String,
    pub welcome: String,
    pub keeper: String,
    /// The link of somebody without an account.
    pub access: String,
    /// The way back of the holder of an account.
    pub recovery: String,
    pub account: Raw,
    pub role: Raw,
}

/// A roster with one row that is refused, so that there is a file of errors.
pub const ROSTER: &str = "姓名,身份证号,电话,所属志愿队\n张三,440605190001010010,,平安队\n";

/// What waits in a corner for somebody's answer, and what was left for its member.
async fn let_wait(app: &TestApp, corner: &Corner, account: AccountId, (now, ends): (DateTime<Utc>, DateTime<Utc>)) {
    let tenant = app.tenant;
    let sql = "INSERT INTO people_export (tenant_id, id, filter, scope, format, reason, row_count, state, made_at, made_by, made_name, due_at)
               VALUES ($1, $2, $3, $4, 'csv', 'test', 300, 'waiting', $5, $6, 'test', $5)";
    let invite = "INSERT INTO invitation (tenant_id, id, organisation_id, person_id, state, made_at, ends_at)
                  VALUES ($1, $2, $3, $2, 'open', $4, $5)";
    let waits = "INSERT INTO team_review (tenant_id, organisation_id, region_code, level, desk_path, state, made_at, made_person, made_name, due_at, moved_up)
                 VALUES ($1, $2, $3, 'team', $4, 'waiting', $5, $6, 'test', $7, 0)";
    let left = "INSERT INTO outbox (tenant_id, id, person_id, channel, word, args, url, urgent, state, reason, tries, made_at, due_at, done_at)
                VALUES ($1, $2, $2, 'sms', 'message.digest', $4, '/me', FALSE, 'failed', 'http 503', 8, $3, $3, $3)";
    let hands = "INSERT INTO team_handover (tenant_id, id, organisation_id, from_id, to_id, state, region_code, level, desk_path, made_at, made_name)
                 VALUES ($1, $2, $2, $3, $4, 'offered', $5, 'team', $6, $7, 'test')";
    let cells = args![tenant, corner.team, corner.leader, corner.member, corner.region, corner.path, now];
    app.sql(hands, cells.to_vec()).await;
    let claimed =
        "INSERT INTO record_claim (tenant_id, id, token_hash, person_id, by_phone, state, made_at, due_at, ends_at)
                   VALUES ($1, $2, $3, $2, TRUE, 'waiting', $4, $5, $5)";
    app.sql(claimed, args![tenant, corner.member, corner.name, now, ends].to_vec()).await;
    announced(app, corner, now).await;
    let cells = args![tenant, corner.team, corner.region, corner.path, now, corner.member, ends];
    app.sql(waits, cells.to_vec()).await;
    let cells = args![tenant, corner.member, serde_json::json!({}), corner.region, now, account];
    app.sql(sql, cells.to_vec()).await;
    let merged = "INSERT INTO person_merge (tenant_id, id, kept_id, gone_id, fields, before, state, made_name, made_at, asked_by,
                    asked_name, asked_at, reason) VALUES ($1, $2, $3, $2, $4, $5, 'asked', 'test', $6, $7, 'test', $6, 'test')";
    let stands = "INSERT INTO guardian (tenant_id, id, person_id, guardian_person_id, name, relation, state, for_data, made_at, made_name)
                  VALUES ($1, $2, $2, $2, 'test', 'other', 'named', FALSE, $3, 'test')";
    app.sql(stands, args![tenant, corner.member, now].to_vec()).await;
    let none = serde_json::json!([]);
    app.sql(merged, args![tenant, corner.member, corner.leader, none, vec![0_u8], now, account].to_vec()).await;
    let scan = kernel::ids::fresh();
    let file = "INSERT INTO file (tenant_id, id, name, kind, size, sha256, content, made_at)
                VALUES ($1, $2, 'sheet.pdf', 'application/pdf', 4, '', $3, $4)";
    app.sql(file, args![tenant, scan, b"%PDF".to_vec(), now].to_vec()).await;
    let sheet = "INSERT INTO paper_sheet (tenant_id, id, session_id, activity_id, region_code, organisation_path, title, state, reason,
                   scan_id, people, sampled, keyed_by, keyed_name, keyed_at, due_at)
                 VALUES ($1, $2, $3, $4, $5, $6, 'test', 'sample', 'test', $7, 1, 1, $8, 'test', $9, $9)";
    let (over, path) = (&corner.over, &corner.path);
    let cells = args![tenant, corner.member, over.session, over.activity, corner.region, path, scan, account, now];
    app.sql(sheet, cells.to_vec()).await;
    let row = "INSERT INTO paper_row (tenant_id, id, sheet_id, line, person_id, from_at, to_at, sampled)
               VALUES ($1, $2, $2, 1, $2, $3, $4, TRUE)";
    app.sql(row, args![tenant, corner.member, now, ends].to_vec()).await;
    app.sql(invite, args![tenant, corner.member, corner.team, now, ends].to_vec()).await;
    app.sql(left, args![tenant, corner.member, now, serde_json::json!([])].to_vec()).await;
    of_activities(app, corner, now).await;
}

/// A swap that is asked for, a certificate, and an activity that repeats.
async fn of_activities(app: &TestApp, corner: &Corner, now: DateTime<Utc>) {
    let tenant = app.tenant;
    let swap =
        "INSERT INTO signup_swap (tenant_id, id, wanted_id, given_id, state, wanted_ok, given_ok, made_at, changed_at)
                VALUES ($1, $2, $3, $4, 'asked', FALSE, FALSE, $5, $5)";
    let cells = args![tenant, corner.member, corner.open.signup, corner.running.signup, now];
    app.sql(swap, cells.to_vec()).await;
    let kind = "INSERT INTO certificate_kind (tenant_id, id, name, made_at, made_name) VALUES ($1, $2, $3, $4, 'test')";
    app.sql(kind, args![tenant, corner.member, format!("{}的证", corner.region), now].to_vec()).await;
    let paper = "INSERT INTO certificate (tenant_id, id, person_id, kind_id, number, issuer, issued_on, checked_at, checked_name)
                 VALUES ($1, $2, $2, $2, '', '', '2026-01-01', $3, 'test')";
    app.sql(paper, args![tenant, corner.member, now].to_vec()).await;
    let repeats =
        "INSERT INTO activity_series (tenant_id, activity_id, begins_on, rule) VALUES ($1, $2, '2026-11-25', $3)";
    let rule = serde_json::json!({ "cycle": "weekly", "every": 1, "weekdays": [3], "nth": 0, "until": null, "count": 2,
        "skip_holidays": false });
    app.sql(repeats, args![tenant, corner.draft.activity, rule].to_vec()).await;
}

/// An announcement of a corner's team, which its member has and did not read.
async fn announced(app: &TestApp, corner: &Corner, now: DateTime<Utc>) {
    let sql = "INSERT INTO announcement (tenant_id, id, region_code, organisation_id, organisation_path, sender, title, body, urgency, kind,
                 must_read, read_by, town, team_kinds, teams, role, state, made_name, made_at, planned, people, sent_at)
               VALUES ($1, $2, $3, $4, $5, 'test', 'test', 'test', 'normal', 'work', TRUE, $6, '', $7, $7, 'all', 'sent', 'test', $8, 1, 1, $8)";
    let (day, none) = (kernel::time::day(now), serde_json::json!([]));
    let cells = args![app.tenant, corner.member, corner.region, corner.team, corner.path, day, none, now];
    app.sql(sql, cells.to_vec()).await;
    let sql = "INSERT INTO announcement_recipient (tenant_id, id, announcement_id, person_id, sent_at) VALUES ($1, $2, $2, $2, $3)";
    app.sql(sql, args![app.tenant, corner.member, now].to_vec()).await;
    let sql = "INSERT INTO announcement_team (tenant_id, announcement_id, organisation_id, recipient_id) VALUES ($1, $2, $3, $2)";
    app.sql(sql, args![app.tenant, corner.member, corner.team].to_vec()).await;
}

impl World {
    pub async fn build(district: District) -> Self {
        let app = district.app.clone();
        let everybody = district.everybody().await;
        let town = everybody.iter().find(|s| s.label == "town").unwrap();
        let far = district.somebody("far-town", vec![region(Role::Town, "440605126")], None).await;
        let runs = [(run(town).await, town.actor.account.unwrap().0), (run(&far).await, far.actor.account.unwrap().0)];
        let holder = district.somebody("holder", vec![crate::district::whole(Role::Station)], None).await;
        let account = holder.actor.account.unwrap();
        let (tenant, now) = (app.tenant, app.app.clock.now());
        let ends = now + Duration::days(1);
        let links = async move |tx: &mut Tx<'_>| {
            let welcome = kernel::auth::make_link(tx, tenant, "welcome", &account.to_string(), ends).await?;
            Ok((welcome, kernel::auth::make_link(tx, tenant, "keeper", "", ends).await?))
        };
        let (welcome, keeper) = app.write(links).await.unwrap();
        let (job, screen, wall) = (kernel::ids::fresh(), kernel::ids::fresh(), kernel::ids::token());
        let sql = "INSERT INTO job (id, tenant_id, kind, payload, run_at, state, tries, progress)
                   VALUES ($1, $2, 'test', $3, $4, 'waiting', 0, $3)";
        app.sql(sql, args![job, tenant, serde_json::json!({}), ends].to_vec()).await;
        let sql = "INSERT INTO wall_screen (tenant_id, id, name, kind, token_hash, region_code, created_at)
                   VALUES ($1, $2, 'wall', 'lamps', $3, '', $4)";
        app.sql(sql, args![tenant, screen, kernel::auth::digest(&wall), now].to_vec()).await;
        row! { struct Found { id: Raw } }
        let role: Found =
            app.db().one("SELECT id FROM account_role WHERE account_id = $1", args![account]).await.unwrap();
        let access = kernel::ids::token();
        let sql = "INSERT INTO access_slip (tenant_id, id, person_id, token_hash, state, tries, leads, made_at, ends_at, made_by)
                   VALUES ($1, $2, $3, $4, 'open', 0, $5, $6, $7, 'test')";
        let (seeker, none) = (district.near.seeker, serde_json::json!([]));
        let cells = args![tenant, kernel::ids::fresh(), seeker, kernel::auth::digest(&access), none, now, ends];
        app.sql(sql, cells.to_vec()).await;
        let recovery = kernel::ids::token();
        let sql = "INSERT INTO account_recovery (tenant_id, id, account_id, token_hash, state, tries, answers, checked, made_at, made_by, ends_at)
                   VALUES ($1, $2, $3, $4, 'open', 0, $5, 'known', $6, 'test', $7)";
        let (hash, none) = (kernel::auth::digest(&recovery), serde_json::json!([]));
        app.sql(sql, args![tenant, kernel::ids::fresh(), account, hash, none, now, ends].to_vec()).await;
        for (_, corner) in district.corners() {
            let_wait(&app, corner, account, (now, ends)).await;
        }
        let (account, role) = (account.0, role.id);
        Self { district, everybody, runs, job, screen, wall, welcome, keeper, access, recovery, account, role }
    }

    /// The run of a corner's town.
    pub fn run(&self, corner: &Corner) -> (Raw, Raw) {
        self.runs[usize::from(corner.team == self.district.far.team)]
    }

    /// One's own runs, and all of them for whoever imports for the whole district.
    pub fn sees_run(&self, who: &Somebody, corner: &Corner) -> bool {
        let whole = |g: &kernel::policy::Grant| g.role == Role::District && g.scope == Scope::Tenant;
        who.actor.grants.iter().any(whole) || who.actor.account.is_some_and(|a| a.0 == self.run(corner).1)
    }

    /// Puts back what a cell takes away, before it and after it, so that every one finds the object.
    pub async fn restore(&self, case: &Case) {
        for sql in case.restore {
            self.district.app.sql(sql, Vec::new()).await;
        }
    }

    /// A new session for whoever ended theirs.
    pub async fn sign_in_again(&mut self, case: &Case, who: usize) {
        if case.ends_session {
            let mut somebody = self.everybody.remove(who);
            self.district.sign_in(&mut somebody).await;
            self.everybody.insert(who, somebody);
        }
    }
}

async fn run(who: &Somebody) -> Raw {
    let file = ("file", "roster.csv", ROSTER.as_bytes());
    let made = who.visitor.upload("/desk/imports", &[("kind", "volunteers")], file).await.expect(303);
    made.location.unwrap().rsplit('/').next().unwrap().parse().unwrap()
}
