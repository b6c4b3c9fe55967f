//! What a list needs to know of its reader to show only what they may take: a few statements for a page, none for a row.

use crate::model::Asked;
use crate::rules::absence::Consequence;
use crate::signups::absence;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::Value;
use kernel::{Conditions, Cx, Read as _, Result, args, row};
use organisations::model::OrganisationId;
use people::certificates::{CertificateKindId, held};
use people::guardians::CONSENT;
use people::model::PersonId;

row! {
    struct Person {
        birth_date: Option<NaiveDate>, real_name: bool, state: String, skills: Option<String>, region_code: String, minutes: i64,
        consent: Option<i64>
    }
}
row! { struct Team { id: OrganisationId } }
row! { struct Skills { skills: String } }
row! { struct Live { activity_id: kernel::ids::Raw } }

/// What is known of a reader.
#[derive(Clone, Debug)]
pub struct Reader {
    person: PersonId,
    age: Option<i64>,
    real_name: bool,
    minutes: i64,
    region: String,
    /// Their teams and those above.
    teams: Vec<OrganisationId>,
    /// The lists of skills (as the column has them) that they have.
    skills: Vec<String>,
    /// The lists of certificates (as the column has them) that they hold, and until when all of them are valid.
    certificates: Vec<(String, DateTime<Utc>)>,
    /// What they joined or wait for, still to come.
    live: Vec<kernel::ids::Raw>,
    now: DateTime<Utc>,
}

row! { struct Lists { certificates: String } }

/// The lists of certificates that somebody holds today, with the first moment at which one of a list is not valid any more.
async fn certificates(cx: &Cx, person: PersonId) -> Result<Vec<(String, DateTime<Utc>)>> {
    let sql = "SELECT DISTINCT CAST(a.certificates AS TEXT) AS certificates FROM activity a
               WHERE a.tenant_id = $1 AND a.state IN ('open', 'running') AND CAST(a.certificates AS TEXT) <> '[]'";
    let lists: Vec<Lists> = cx.db.all(sql, args![cx.tenant]).await?;
    let asked = |list: &Lists| serde_json::from_str::<Vec<Asked>>(&list.certificates).unwrap_or_default();
    let kinds: Vec<CertificateKindId> = lists.iter().flat_map(asked).map(|one| one.kind).collect();
    let held = held(&cx.db, cx.tenant, (&[person], &kinds)).await?;
    let last = |one: &Asked| {
        let valid = held.iter().filter(|h| h.kind_id == one.kind && h.is_valid(cx.today()));
        valid.map(|h| h.valid_until.unwrap_or(FAR)).max()
    };
    let until = |list: Lists| {
        let days: Option<Vec<NaiveDate>> = asked(&list).iter().map(last).collect();
        let day = days?.into_iter().min()?;
        Some((list.certificates, kernel::time::day_start(day.succ_opt().unwrap_or(day))))
    };
    Ok(lists.into_iter().filter_map(until).collect())
}

/// The last day of what does not end; both engines write it with four digits.
const FAR: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 30).expect("the 30th of December is a day");

impl Reader {
    /// The reader, when they are a volunteer who can sign up at all.
    pub async fn of(cx: &Cx, person: PersonId) -> Result<Option<Self>> {
        let sql = format!(
            "SELECT p.birth_date, (p.id_hash IS NOT NULL) AS real_name, p.state, p.skills, p.region_code, {CONSENT} AS consent,
               CAST((SELECT COALESCE(SUM(h.minutes), 0) FROM hours_entry h WHERE h.tenant_id = p.tenant_id AND h.person_id = p.id)
                 AS BIGINT) AS minutes
             FROM person p WHERE p.tenant_id = $1 AND p.id = $2"
        );
        let found: Option<Person> = cx.db.optional(&sql, args![cx.tenant, person]).await?;
        let may = |p: &Person| people::guardians::rules::refusal(p.birth_date, cx.today(), p.consent).is_none();
        let Some(known) = found.filter(|p| matches!(p.state.as_str(), "active" | "dormant") && may(p)) else {
            return Ok(None);
        };
        // Whoever waits before they sign up again may take nothing: they see all, with the reason on each page.
        if matches!(absence::record(cx, person).await?.consequence, Consequence::Blocked(_)) {
            return Ok(None);
        }
        let sql = "SELECT DISTINCT i.id FROM membership m
                   JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id AND o.tree = 'team'
                   JOIN organisation i ON i.tenant_id = m.tenant_id AND i.tree = 'team' AND substr(o.path, 1, length(i.path)) = i.path
                   WHERE m.tenant_id = $1 AND m.person_id = $2 AND m.to_on IS NULL";
        let teams: Vec<Team> = cx.db.all(sql, args![cx.tenant, person]).await?;
        let sql = "SELECT DISTINCT CAST(a.skills AS TEXT) AS skills FROM activity a
                   WHERE a.tenant_id = $1 AND a.state IN ('open', 'running') AND CAST(a.skills AS TEXT) <> '[]'";
        let skills: Vec<Skills> = cx.db.all(sql, args![cx.tenant]).await?;
        let sql = "SELECT DISTINCT activity_id FROM signup WHERE tenant_id = $1 AND person_id = $2 AND starts_at > $3
                     AND state IN ('joined', 'waiting')";
        let live: Vec<Live> = cx.db.all(sql, args![cx.tenant, person, cx.now]).await?;
        let own = known.skills.unwrap_or_default();
        let has = |list: &String| {
            let wanted: Vec<String> = serde_json::from_str(list).unwrap_or_default();
            wanted.iter().all(|skill| crate::rules::can(&own, skill))
        };
        Ok(Some(Self {
            person,
            age: known.birth_date.map(|birth| crate::rules::age(birth, cx.today())),
            real_name: known.real_name,
            minutes: known.minutes,
            region: known.region_code,
            teams: teams.into_iter().map(|t| t.id).collect(),
            skills: skills.into_iter().map(|s| s.skills).filter(has).collect(),
            certificates: certificates(cx, person).await?,
            live: live.into_iter().map(|l| l.activity_id).collect(),
            now: cx.now,
        }))
    }

    /// Leaves out of a list of activities `a` what its reader may not take.
    pub(super) fn narrow(&self, wanted: &mut Conditions) {
        wanted.and(
            "a.opens_at <= ? AND a.closes_at >= ? AND a.min_minutes <= ?",
            args![self.now, self.now, self.minutes],
        );
        match self.age {
            Some(age) => {
                wanted.and("COALESCE(a.min_age, 0) <= ? AND COALESCE(a.max_age, 200) >= ?", args![age, age]);
            }
            None => {
                wanted.and("a.min_age IS NULL AND a.max_age IS NULL", args![]);
            }
        }
        if !self.real_name {
            wanted.and("a.scope <> 'real_name'", args![]);
        }
        self.teams(wanted);
        wanted.and(
            "(a.residents = '' OR substr(CAST(? AS TEXT), 1, length(a.residents)) = a.residents)",
            args![self.region],
        );
        self.skills(wanted);
        let lists = self.certificates.iter().flat_map(|(list, until)| args![list, until].to_vec());
        let lists: Vec<Value> = lists.collect();
        let each = "CAST(a.certificates AS TEXT) = ? AND a.next_at < ?";
        wanted.and_any("CAST(a.certificates AS TEXT) = '[]'", each, &lists);
        wanted.and(
            "NOT EXISTS (SELECT 1 FROM signup g WHERE g.tenant_id = a.tenant_id AND g.person_id = ?
               AND g.starts_at < a.next_end AND g.ends_at > a.next_at
               AND (g.activity_id = a.id AND g.state IN ('joined', 'waiting')
                 OR g.state = 'joined' AND NOT g.loose AND NOT a.flexible))",
            args![self.person],
        );
        for other in self.live.iter().take(40) {
            wanted.and("CAST(a.exclusive AS TEXT) NOT LIKE ?", args![format!("%{other}%")]);
        }
    }

    fn teams(&self, wanted: &mut Conditions) {
        let like = |team: &OrganisationId| format!("%{team}%");
        let ids: Vec<Value> = self.teams.iter().flat_map(|team| args![team, like(team)].to_vec()).collect();
        wanted.and_any("NOT a.only_team", "a.organisation_id = ? OR CAST(a.partners AS TEXT) LIKE ?", &ids);
        let all: Vec<Value> = self.teams.iter().flat_map(|team| args![like(team), team, like(team)].to_vec()).collect();
        let each = "CAST(a.invited AS TEXT) LIKE ? OR CAST(a.invited AS TEXT) = '[]' AND a.organisation_id = ?
                      OR CAST(a.partners AS TEXT) LIKE ?";
        wanted.and_any("a.scope <> 'teams'", each, &all);
    }

    fn skills(&self, wanted: &mut Conditions) {
        let lists: Vec<Value> = self.skills.iter().flat_map(|list| args![list].to_vec()).collect();
        wanted.and_any("CAST(a.skills AS TEXT) = '[]'", "CAST(a.skills AS TEXT) = ?", &lists);
    }
}
