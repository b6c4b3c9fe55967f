//! A small lived-in district for the walks over all routes: two teams in one town and one in another, each with everything
//! that hangs on a team, and somebody in every role.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use crate::rooms;
use activities::model::Scope as Open;
use activities::{ActivityId, NewActivity, NewPost, NewSession};
use chrono::Duration;
use hours::{Method, NewClaim, NewEntry, Window};
use kernel::ids::Raw;
use kernel::policy::{Grant, Role, Scope};
use kernel::time::WorkCalendar;
use kernel::{AccountId, Actor, Cx, Read as _, TenantId, Tx, args, row};
use organisations::OrganisationId;
use people::rules::identity;
use people::{NewPerson, PersonId, PoliticalCode};
use testkit::app::{beijing, district, organisation, region};
use testkit::{TestApp, Visitor};

/// A password that passes the rules.
pub const PASSWORD: &str = "木棉花开在三月里的岭南";

/// A team with everything that hangs on it.
pub struct Corner {
    pub region: &'static str,
    pub team: Raw,
    pub path: String,
    /// Somebody of the team, and what nobody may see of them without a line.
    pub member: Raw,
    pub name: &'static str,
    pub secrets: Vec<String>,
    /// Asks to join the team.
    pub seeker: Raw,
    pub leader: Raw,
    pub open: Shift,
    pub running: Shift,
    pub draft: Shift,
    pub review: Shift,
    pub over: Shift,
    pub entry: Raw,
    pub claim: Raw,
    /// Hours that the member reported, and the file that they showed for it.
    pub pending: Raw,
    pub proof: Raw,
    /// Hours of theirs on the public notice.
    pub posted: Raw,
    /// An award of the team.
    pub award: Raw,
    pub request: Raw,
    pub site: Raw,
}

/// An activity with its session, its post and the member's sign-up.
pub struct Shift {
    pub activity: Raw,
    pub session: Raw,
    pub post: Raw,
    pub signup: Raw,
}

/// Somebody in a role.
pub struct Somebody {
    pub label: &'static str,
    pub actor: Actor,
    pub tenant: TenantId,
    pub visitor: Visitor,
    pub token: Option<String>,
}

pub struct District {
    pub app: TestApp,
    pub near: Corner,
    pub side: Corner,
    pub far: Corner,
}

fn identity_of(sequence: u32) -> String {
    let day = kernel::time::day(beijing(testkit::app::MORNING));
    let body = format!("44060519900101{sequence:03}");
    let whole = "0123456789X".chars().map(|check| format!("{body}{check}"));
    whole.into_iter().find(|number| identity::parse(number, None, day).is_ok()).expect("one check character fits")
}

impl District {
    pub async fn settle(app: &TestApp) -> Self {
        app.region_seed().await;
        let near = Corner::settle(app, 1, "440605125003", ["陈近芳", "梁近成", "李近强"], "沥雄乐龄助餐队").await;
        let side = Corner::settle(app, 2, "440605125001", ["黄旁芳", "何旁成", "吴旁强"], "沥东巡河队").await;
        let far = Corner::settle(app, 3, "440605126001", ["区远芳", "冯远成", "邓远强"], "里水义诊队").await;
        Self { app: app.clone(), near, side, far }
    }

    pub fn corners(&self) -> [(&'static str, &Corner); 3] {
        [("own", &self.near), ("same town", &self.side), ("other town", &self.far)]
    }

    /// Somebody in a role of the district.
    pub async fn somebody(&self, label: &'static str, grants: Vec<Grant>, person: Option<Raw>) -> Somebody {
        self.anybody(self.app.tenant, label, grants, person).await
    }

    async fn anybody(
        &self,
        tenant: TenantId,
        label: &'static str,
        grants: Vec<Grant>,
        person: Option<Raw>,
    ) -> Somebody {
        let app = &self.app;
        let (now, held) = (app.app.clock.now(), grants.clone());
        let sign_in_name = format!("{label}-{}", kernel::ids::fresh().simple());
        let name = sign_in_name.clone();
        let hash = app.app.hasher.hash(kernel::Secret::new(PASSWORD.to_owned())).await.unwrap();
        let (account, token) = app
            .write(async move |tx: &mut Tx<'_>| {
                let new = kernel::auth::NewAccount {
                    sign_in_name: name.clone(),
                    phone: None,
                    name,
                    person,
                    password_hash: Some(hash),
                };
                let account = kernel::auth::insert(tx, tenant, &new, now).await?;
                for grant in &held {
                    hold(tx, tenant, account, grant).await?;
                }
                let token = kernel::auth::create_token(tx, tenant, account, "walk", now).await?;
                Ok((account, token))
            })
            .await
            .unwrap();
        let actor = Actor { account: Some(account), person, grants, name: sign_in_name, ..Actor::default() };
        let mut somebody = Somebody { label, actor, tenant, visitor: app.stranger(), token: Some(token) };
        self.sign_in(&mut somebody).await;
        somebody
    }

    /// A new session for somebody, the second factor given.
    pub async fn sign_in(&self, somebody: &mut Somebody) {
        let Some(account) = somebody.actor.account else { return };
        let (tenant, now) = (somebody.tenant, self.app.app.clock.now());
        let open = async move |tx: &mut Tx<'_>| {
            let account = kernel::auth::find(tx, tenant, account).await?;
            kernel::auth::open(tx, tenant, &account, true, now, "127.0.0.1").await
        };
        let session = self.app.write(open).await.unwrap();
        somebody.visitor = self.app.stranger();
        somebody.visitor.keep("qiyi", &session);
    }

    /// One in every role, the stranger first, and the federation of another district last.
    pub async fn everybody(&self) -> Vec<Somebody> {
        let nobody = Actor::default();
        let (tenant, visitor) = (self.app.tenant, self.app.stranger());
        let near = &self.near;
        let mut all = vec![Somebody { label: "anyone", actor: nobody, tenant, visitor, token: None }];
        all.push(self.somebody("member", vec![], None).await);
        all.push(self.somebody("own", vec![], Some(near.member)).await);
        all.push(self.somebody("leader", vec![organisation(Role::Leader, &near.path)], Some(near.leader)).await);
        all.push(self.somebody("station", vec![region(Role::Station, near.region)], None).await);
        all.push(self.somebody("town", vec![region(Role::Town, "440605125")], None).await);
        for (label, role) in [
            ("district", Role::District),
            ("auditor", Role::Auditor),
            ("accounts", Role::Accounts),
            ("keeper", Role::Keeper),
        ] {
            all.push(self.somebody(label, vec![district(role)], None).await);
        }
        let now = self.app.app.clock.now();
        let insert = async move |tx: &mut Tx<'_>| kernel::tenants::insert(tx, "440604", "禅城区", now).await;
        let other = self.app.write(insert).await.unwrap();
        all.push(self.anybody(other, "other district", vec![district(Role::District)], None).await);
        all
    }
}

async fn hold(tx: &mut Tx<'_>, tenant: TenantId, account: AccountId, grant: &Grant) -> kernel::Result<()> {
    let (kind, scope) = match &grant.scope {
        Scope::Tenant => ("tenant", ""),
        Scope::Region(code) => ("region", code.as_str()),
        Scope::Organisation(path) => ("organisation", path.as_str()),
    };
    let sql = "INSERT INTO account_role (tenant_id, id, account_id, role, scope_kind, scope, from_on, granted_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 'test')";
    let day = kernel::time::day(beijing(testkit::app::MORNING));
    tx.execute(sql, args![tenant, kernel::ids::fresh(), account, grant.role, kind, scope, day]).await?;
    Ok(())
}

impl Corner {
    async fn settle(app: &TestApp, n: u32, region: &'static str, names: [&'static str; 3], team: &str) -> Self {
        let (team, path) = app.team(team, region).await;
        let (member, secrets) = member(app, n, names[0], region).await;
        let (seeker, leader) = (app.person_in(names[1], region).await, app.person_in(names[2], region).await);
        app.member(team, member).await;
        app.leader(team, leader).await;
        let open = shift(app, (team, region, member), "open", ("2026-11-23T14:00", "2026-11-23T17:00")).await;
        let running = shift(app, (team, region, member), "running", ("2026-11-23T09:30", "2026-11-23T11:30")).await;
        let draft = shift(app, (team, region, member), "draft", ("2026-11-25T14:00", "2026-11-25T17:00")).await;
        let review = shift(app, (team, region, member), "review", ("2026-11-26T14:00", "2026-11-26T17:00")).await;
        let over = shift(app, (team, region, member), "ended", ("2026-11-20T09:00", "2026-11-20T11:30")).await;
        let facts = Facts { team, path: path.clone(), region, member };
        let entry = facts.entry(app).await;
        let claim = facts.claim(app).await;
        let (pending, proof) = facts.reported(app, ("2026-11-19T09:00", "2026-11-19T11:00")).await;
        let posted = facts.posted(app).await;
        let award = facts.award(app).await;
        facts.served(app, leader, &over).await;
        let (tenant, now) = (app.tenant, app.app.clock.now());
        let (request, site) = (kernel::ids::fresh(), kernel::ids::fresh());
        let sql = "INSERT INTO join_request (tenant_id, id, organisation_id, person_id, state, made_at, due_at)
                   VALUES ($1, $2, $3, $4, 'applied', $5, $5)";
        app.sql(sql, args![tenant, request, team, seeker, now].to_vec()).await;
        let sql = "INSERT INTO site (tenant_id, id, name, kind, region_code, address, opening, state)
                   VALUES ($1, $2, '服务站', 'station', $3, '一号', '', 'open')";
        app.sql(sql, args![tenant, site, region].to_vec()).await;
        Self {
            region,
            team,
            path,
            member,
            name: names[0],
            secrets,
            seeker,
            leader,
            open,
            running,
            draft,
            review,
            over,
            entry,
            claim,
            pending,
            proof,
            posted,
            award,
            request,
            site,
        }
    }
}

/// A volunteer with everything that is masked.
async fn member(app: &TestApp, n: u32, name: &str, region: &str) -> (Raw, Vec<String>) {
    let cx = app.cx();
    let (number, phone) = (identity_of(n), format!("1390000{n:04}"));
    let (address, email) = (format!("密巷{n}号后座"), format!("secret{n}@example.org"));
    let mut new = NewPerson::named(name, region, cx.today());
    new.identity = Some(identity::parse(&number, None, cx.today()).unwrap());
    new.birth_date = chrono::NaiveDate::from_ymd_opt(1990, 1, 1);
    (new.phone, new.address, new.email) = (Some(phone.clone()), Some(address.clone()), Some(email.clone()));
    new.political = Some((PoliticalCode::League, None));
    let insert = async move |tx: &mut Tx<'_>| people::insert(tx, &cx, &new).await;
    let id = app.write(insert).await.unwrap();
    (id.0, vec![number, phone, address, email])
}

type Where<'w> = (Raw, &'w str, Raw);

/// An activity in a state, its member joined where people can join.
async fn shift(app: &TestApp, (team, region, member): Where<'_>, state: &str, (from, to): (&str, &str)) -> Shift {
    row! { struct Found { session: Raw, post: Raw } }
    let (cx, now) = (app.cx(), app.app.clock.now());
    let new = activity(&cx, team, region, (from, to));
    let (state, signup, day) = (state.to_owned(), kernel::ids::fresh(), now - Duration::days(9));
    let insert = async move |tx: &mut Tx<'_>| {
        let id: ActivityId = activities::store::insert(tx, &cx, &new).await?;
        let sql = "UPDATE activity SET state = $1, opens_at = $2 WHERE tenant_id = $3 AND id = $4";
        tx.execute(sql, args![state.clone(), day, cx.tenant, id]).await?;
        let sql = "SELECT s.id AS session, p.id AS post FROM activity_session s
                   JOIN post p ON p.tenant_id = s.tenant_id AND p.session_id = s.id
                   WHERE s.tenant_id = $1 AND s.activity_id = $2";
        let found: Found = tx.one(sql, args![cx.tenant, id]).await?;
        let (session, post) = (found.session, found.post);
        if ["draft", "review"].contains(&state.as_str()) {
            return Ok(Shift { activity: id.0, session, post, signup });
        }
        let sql = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position,
                     starts_at, ends_at, made_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'joined', 1, $8, $9, $10, $10)";
        let (starts, ends) = (new.sessions[0].starts_at, new.sessions[0].ends_at);
        tx.execute(sql, args![cx.tenant, signup, id, session, post, member, team, starts, ends, now]).await?;
        let sql = "UPDATE post SET taken = 1, next_position = 2 WHERE tenant_id = $1 AND id = $2";
        tx.execute(sql, args![cx.tenant, post]).await?;
        Ok(Shift { activity: id.0, session, post, signup })
    };
    app.write(insert).await.unwrap()
}

fn activity(cx: &Cx, team: Raw, region: &str, (from, to): (&str, &str)) -> NewActivity {
    let (from, to) = (beijing(from), beijing(to));
    let day = kernel::time::day(from);
    let posts =
        vec![NewPost { name: "送餐员".to_owned(), conditions: String::new(), places: 20, ..NewPost::default() }];
    NewActivity {
        title: "长者饭堂送餐".to_owned(),
        summary: "把热饭送到长者家中。".to_owned(),
        organisation: OrganisationId(team),
        region: region.to_owned(),
        site: None,
        place: "服务站北门".to_owned(),
        starts_on: day,
        ends_on: day,
        categories: vec!["02".to_owned()],
        beneficiaries: String::new(),
        guarantees: String::new(),
        risk_notice: "上下楼梯当心".to_owned(),
        risky: false,
        insurance_no: None,
        working_time: false,
        own_duty: false,
        scope: Open::Public,
        opens_at: cx.now - Duration::days(9),
        closes_at: from,
        min_age: None,
        max_age: None,
        min_minutes: 0,
        only_team: false,
        recruitment: activities::model::Recruitment::default(),
        contact_name: "联系人".to_owned(),
        contact_phone: "13700000000".to_owned(),
        contact_public: true,
        sessions: vec![NewSession { starts_at: from, ends_at: to, posts, ..NewSession::default() }],
    }
}

/// What rows of hours are made of.
struct Facts {
    team: Raw,
    path: String,
    region: &'static str,
    member: Raw,
}

impl Facts {
    async fn entry(&self, app: &TestApp) -> Raw {
        let cx = app.cx();
        let new = NewEntry {
            person: PersonId(self.member),
            activity: kernel::ids::fresh(),
            session: kernel::ids::fresh(),
            title: "社区义诊".to_owned(),
            organisation: OrganisationId(self.team),
            organisation_path: self.path.clone(),
            region: self.region.to_owned(),
            kind: "village".to_owned(),
            category: "02".to_owned(),
            started_at: beijing("2026-11-18T14:00"),
            ended_at: beijing("2026-11-18T17:00"),
            window: Window { from: beijing("2026-11-18T00:00"), to: beijing("2026-11-19T00:00") },
            method: Method::Scan,
            reason: None,
            entered_by: "qiyi".to_owned(),
            approved_by: None,
        };
        app.write(async move |tx: &mut Tx<'_>| hours::credit(tx, &cx, &new).await).await.unwrap().0
    }

    /// An award of the team.
    async fn award(&self, app: &TestApp) -> Raw {
        let cx = app.cx();
        let new = records::NewAward {
            whose: records::Whose::Team(OrganisationId(self.team)),
            region: self.region.to_owned(),
            title: "优秀志愿队".to_owned(),
            on: kernel::time::day(beijing("2026-11-01T00:00")),
            issuer: "区联合会".to_owned(),
            document: "表彰决定".to_owned(),
            number: "南志〔2026〕1号".to_owned(),
            kind: records::Kind::District,
            content: "助餐".to_owned(),
        };
        app.write(async move |tx: &mut Tx<'_>| records::enter_award(tx, &cx, &new).await).await.unwrap().0
    }

    /// The leader has hours in the session that is over.
    async fn served(&self, app: &TestApp, leader: Raw, over: &Shift) {
        let cx = app.cx();
        let new = NewEntry {
            person: PersonId(leader),
            activity: over.activity,
            session: over.session,
            title: "长者饭堂送餐".to_owned(),
            organisation: OrganisationId(self.team),
            organisation_path: self.path.clone(),
            region: self.region.to_owned(),
            kind: "village".to_owned(),
            category: "02".to_owned(),
            started_at: beijing("2026-11-20T09:00"),
            ended_at: beijing("2026-11-20T11:00"),
            window: Window { from: beijing("2026-11-20T00:00"), to: beijing("2026-11-21T00:00") },
            method: Method::Scan,
            reason: None,
            entered_by: "qiyi".to_owned(),
            approved_by: None,
        };
        app.write(async move |tx: &mut Tx<'_>| hours::credit(tx, &cx, &new).await).await.unwrap();
    }

    /// A report that hangs out for everybody to see.
    async fn posted(&self, app: &TestApp) -> Raw {
        let (posted, _) = self.reported(app, ("2026-11-19T14:00", "2026-11-19T16:00")).await;
        let until = app.app.clock.now() + Duration::days(9);
        let sql = "UPDATE hours_pending SET state = 'posted', posted_at = made_at, posted_until = $1 WHERE id = $2";
        app.sql(sql, args![until, posted].to_vec()).await;
        posted
    }

    /// Hours that the member reported with a picture, and its file.
    async fn reported(&self, app: &TestApp, (from, to): (&str, &str)) -> (Raw, Raw) {
        row! { struct Shown { id: Raw } }
        let clerk = app.as_account(&format!("reporter-{}-{from}", self.path), &[], None).await;
        let cx = app.cx().acting(Actor { account: clerk.account, name: "clerk".to_owned(), ..Actor::default() });
        let mut errors = kernel::FieldErrors::none();
        let proofs = hours::Proof::read(vec![("proof.pdf".to_owned(), b"%PDF-1.4 x".to_vec())], true, &mut errors);
        let entry = NewEntry {
            person: PersonId(self.member),
            activity: kernel::ids::fresh(),
            session: kernel::ids::fresh(),
            title: "社区义诊".to_owned(),
            organisation: OrganisationId(self.team),
            organisation_path: self.path.clone(),
            region: self.region.to_owned(),
            kind: "village".to_owned(),
            category: "02".to_owned(),
            started_at: beijing(from),
            ended_at: beijing(to),
            window: Window { from: beijing("2026-11-19T00:00"), to: beijing("2026-11-20T00:00") },
            method: Method::Own,
            reason: Some("手机没电".to_owned()),
            entered_by: "clerk".to_owned(),
            approved_by: None,
        };
        let application = hours::Application { entry, proofs };
        let id = app.write(async move |tx: &mut Tx<'_>| hours::apply(tx, &cx, application).await).await.unwrap();
        let sql = "SELECT id FROM hours_evidence WHERE pending_id = $1";
        (id.0, app.db().one::<Shown>(sql, args![id]).await.unwrap().id)
    }

    async fn claim(&self, app: &TestApp) -> Raw {
        // Somebody without a role here entered it, so that everybody who may decide is another.
        let clerk = app.as_account(&format!("clerk-{}", self.path), &[], None).await;
        let cx = app.cx().acting(Actor { account: clerk.account, name: "clerk".to_owned(), ..Actor::default() });
        let (from, to) = (beijing("2026-11-21T09:00"), beijing("2026-11-21T11:30"));
        let mut new = NewClaim {
            activity: kernel::ids::fresh(),
            session: kernel::ids::fresh(),
            title: "社区义诊".to_owned(),
            kind: "village".to_owned(),
            category: "09".to_owned(),
            window: Window { from: beijing("2026-11-20T00:00"), to: beijing("2026-11-24T00:00") },
            organisation: OrganisationId(self.team),
            organisation_path: self.path.clone(),
            region: self.region.to_owned(),
            reason: "现场断网".to_owned(),
            evidence: None,
            lines: vec![(PersonId(self.member), from, to)],
        };
        let insert = async move |tx: &mut Tx<'_>| {
            let sheet = kernel::files::insert(tx, &cx, "sheet.pdf", "application/pdf", b"%PDF sheet".to_vec()).await?;
            new.evidence = Some(sheet);
            hours::claim(tx, &cx, &new, &WorkCalendar::default()).await
        };
        app.write(insert).await.unwrap().0
    }
}

/// The whole house.
pub fn all() -> Vec<kernel::Module> {
    rooms::all()
}

/// A role in the whole district.
pub fn whole(role: Role) -> Grant {
    district(role)
}
