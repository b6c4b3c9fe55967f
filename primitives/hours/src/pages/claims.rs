//! A claim at the desk: facts, what the system checked, the people, the decision of another person.

use crate::claims::{self, Claim, ClaimId, ClaimLine, ClaimState, Clash};
use crate::forms::DecisionForm;
use crate::policy::{DECIDE, in_reach};
use crate::{rules, settings, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::time::{WorkCalendar, day};
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Tx, Word};

/// Working days after the service within which a sheet should be handed in.
const DAYS: u32 = 3;

/// One line of what the system checked.
struct Check {
    /// Empty, `warn` or `stop`.
    class: &'static str,
    /// Whether it keeps this reader from deciding.
    bars: bool,
    word: Word,
}

#[derive(Template)]
#[template(path = "hours/claim.html")]
struct Show {
    claim: Claim,
    team: String,
    lines: Vec<ClaimLine>,
    minutes: i64,
    checks: Vec<Check>,
    clashes: Vec<Clash>,
    errors: FieldErrors,
    form: DecisionForm,
}

impl Show {
    fn waiting(&self) -> bool {
        self.claim.state == ClaimState::Waiting
    }

    /// Whether this reader may decide; what forbids it stands among the checks.
    fn may_decide(&self) -> bool {
        self.waiting() && !self.checks.iter().any(|check| check.bars)
    }

    fn people(&self) -> i64 {
        i64::try_from(self.lines.len()).unwrap_or(i64::MAX)
    }
}

async fn record(cx: &Cx, claim: Claim, errors: FieldErrors, form: DecisionForm) -> Result<Show> {
    let lines = claims::lines(&cx.db, cx, claim.id).await?;
    let mut clashes = Vec::new();
    let mut checks = Vec::new();
    if claim.state == ClaimState::Waiting {
        clashes = claims::clashes(&cx.db, cx, claim.id).await?;
        let calendar = WorkCalendar::load(&cx.db).await?;
        checks = check(cx, &claim, &lines, &clashes, &calendar);
        checks.extend(notice(cx, &lines).await?);
    }
    Ok(Show {
        team: store::team_name(&cx.db, cx.tenant, claim.organisation_id).await?,
        minutes: lines.iter().map(ClaimLine::minutes).sum(),
        claim,
        lines,
        checks,
        clashes,
        errors,
        form,
    })
}

/// What the system can know of a claim before a person looks at it.
fn check(cx: &Cx, claim: &Claim, lines: &[ClaimLine], clashes: &[Clash], calendar: &WorkCalendar) -> Vec<Check> {
    let mut checks = Vec::new();
    if Some(claim.entered_by) == cx.actor.account {
        checks.push(Check { class: "stop", bars: true, word: Word::new("hours.claim.own") });
    }
    if lines.iter().any(|l| Some(l.person_id.0) == cx.actor.person) {
        checks.push(Check { class: "stop", bars: true, word: Word::new("hours.claim.gains") });
    }
    let mut add = |class, word| checks.push(Check { class, bars: false, word });
    let last = lines.iter().map(|l| day(l.ended_at)).max().unwrap_or_else(|| day(claim.made_at));
    if day(claim.made_at) <= calendar.after(last, DAYS) {
        add("", Word::new("hours.check.in_time").with("days", DAYS));
    } else {
        add("warn", Word::new("hours.check.late").with("days", (day(claim.made_at) - last).num_days()));
    }
    let times: Vec<_> = lines.iter().map(|l| (l.person_id, l.started_at, l.ended_at)).collect();
    let doubles: Vec<&str> = rules::doubles(&times).into_iter().map(|at| lines[at].name.as_str()).collect();
    if !doubles.is_empty() {
        add("stop", Word::new("hours.check.doubles").with("names", doubles.join(", ")));
    }
    if clashes.is_empty() {
        add("", Word::new("hours.check.no_clash"));
    } else {
        add("stop", Word::new("hours.check.clash").with("n", clashes.len()));
    }
    if claim.evidence_id.is_none() {
        add("warn", Word::new("hours.check.no_evidence"));
    }
    checks
}

/// How many of the lines stand on the public notice first, because they are long.
async fn notice(cx: &Cx, lines: &[ClaimLine]) -> Result<Option<Check>> {
    let over = settings::NOTICE_OVER.read(&cx.db, cx.tenant).await?;
    let long = lines.iter().filter(|line| line.minutes() > over * 60).count();
    let days = settings::NOTICE_DAYS.read(&cx.db, cx.tenant).await?;
    let word = Word::new("hours.check.notice").with("n", long).with("hours", over).with("days", days);
    Ok((long > 0).then_some(Check { class: "warn", bars: false, word }))
}

/// A claim that this reader may decide about; anything else is not there.
pub(crate) async fn find(cx: &Cx, id: ClaimId) -> Result<Claim> {
    let claim = claims::find(&cx.db, cx, id).await?;
    in_reach(cx, DECIDE, &claim.region_code, &claim.organisation_path)?;
    Ok(claim)
}

pub(crate) async fn show(cx: Cx, Path(claim): Path<ClaimId>) -> Result<Answer> {
    let claim = find(&cx, claim).await?;
    cx.page(&record(&cx, claim, FieldErrors::none(), DecisionForm::default()).await?)
}

/// The photographed sheet, as a file to keep or as a picture on the page.
pub(crate) async fn evidence(cx: Cx, Path(claim): Path<ClaimId>) -> Result<Answer> {
    let claim = find(&cx, claim).await?;
    let at = cx.clone();
    let file = cx.write(claim.id.lane(), async move |tx: &mut Tx<'_>| claims::evidence(tx, &at, &claim).await).await?;
    Ok(cx.download(&file.name, &file.kind, file.content))
}

pub(crate) async fn decide(cx: Cx, Path(claim): Path<ClaimId>, Form(form): Form<DecisionForm>) -> Result<Answer> {
    let claim = find(&cx, claim).await?;
    match claims::settle(&cx, claim.id, &form).await {
        Ok(approved) => {
            let word = Word::new(if approved { "hours.claim.approved" } else { "hours.claim.returned" });
            Ok(cx.see_other_saying("/desk", &word))
        }
        Err(Error::Invalid(errors)) => cx.invalid(&record(&cx, claim, errors, form).await?),
        Err(Error::Refused(word)) if word.key == "hours.claim.person" => {
            let mut errors = FieldErrors::none();
            errors.add("opinion", word);
            cx.invalid(&record(&cx, claim, errors, form).await?)
        }
        Err(error) => Err(error),
    }
}
