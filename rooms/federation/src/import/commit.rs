//! Writing a plan: part by part, each a transaction with its trace, so that a run that is killed leaves whole parts and
//! goes on with what is missing.

use std::collections::VecDeque;

use kernel::db::Pace;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, JobId, Result, Tx, files, jobs};
use organisations::NewOrganisation;
use people::guardians::{GuardianId, OnRoster};
use people::{NewPerson, PersonId};
use serde::Serialize;
use serde_json::json;

use super::guardian::GuardianRow;
use super::model::{Counts, ImportId, RunState};
use super::plan::{OrganisationStep, PersonDeed, PersonStep, Plan};
use super::store::{self, Change};
use super::undo::UndoCounts;

/// Rows of one transaction: short enough that others get their turn between two of them.
const PART: usize = 5_000;

macro_rules! deed {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        pub(super) struct $name {
            #[serde(skip)]
            pub run: Option<ImportId>,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("import", self.run.map(|run| run.0))
            }
        }
    };
}

deed! {
    /// A roster with numbers of documents was read and compared; nothing was written.
    Previewed, "import.previewed" { kind: String, counts: Counts }
}
deed! {
    /// A part of a roster was written.
    PartWritten, "import.part_written" { kind: String, counts: Counts }
}
deed! {
    /// A roster was written to its end.
    Committed, "import.committed" { kind: String, counts: Counts }
}
deed! {
    /// The rows that were refused left the system, numbers of documents among them.
    ErrorsTaken, "import.errors_taken" { rows: i64 }
}
deed! {
    /// What the columns are was told.
    Mapped, "import.mapped" { columns: usize }
}
deed! {
    /// A roster was uploaded.
    Uploaded, "import.uploaded" { kind: String, rows: i64 }
}
deed! {
    /// Somebody said: write it.
    Started, "import.started" { kind: String }
}
deed! {
    /// A run was given up.
    Cancelled, "import.cancelled" { written: i64 }
}

deed! {
    /// Somebody said: take it back.
    UndoAsked, "import.undo_asked" { kind: String }
}
deed! {
    /// A part of a run was taken back.
    UndoPart, "import.undo_part" { counts: UndoCounts }
}
deed! {
    /// A run was taken back to its end.
    Undone, "import.undone" { kind: String, counts: UndoCounts }
}

#[derive(Default)]
struct Part {
    organisations: Vec<(NewOrganisation, bool)>,
    changes: Vec<OrganisationStep>,
    people: Vec<PersonStep>,
}

impl Part {
    fn counts(&self) -> Counts {
        let created = self.organisations.iter().filter(|(_, asked)| *asked).count();
        let mut counts = Counts {
            created: i64::try_from(created).unwrap_or(i64::MAX),
            updated: i64::try_from(self.changes.len()).unwrap_or(i64::MAX),
            ..Counts::default()
        };
        self.people.iter().for_each(|step| counts.add(&Counts { skipped: 0, ..step.counts }));
        counts
    }
}

fn parts(plan: Plan) -> VecDeque<Part> {
    let mut parts =
        VecDeque::from([Part { organisations: plan.organisations, changes: plan.changes, people: Vec::new() }]);
    let mut people = plan.people.into_iter().peekable();
    while people.peek().is_some() {
        parts.push_back(Part { people: people.by_ref().take(PART).collect(), ..Part::default() });
    }
    // What is made before the people fits into the first part with them.
    if parts.len() > 1
        && let (Some(first), Some(second)) = (parts.pop_front(), parts.front_mut())
    {
        second.organisations = first.organisations;
        second.changes = first.changes;
    }
    parts
}

/// Writes a plan, telling the job how many rows are written of how many; a job that was cancelled stops between two parts.
/// Answers what the run has written in all, also in an earlier try that was broken off, or `None` when it was stopped.
pub(super) async fn write(cx: &Cx, run: ImportId, plan: Plan, job: Option<JobId>) -> Result<Option<Counts>> {
    cx.db.take_pace(Pace::Many).await?;
    let written = write_parts(cx, run, plan, job).await;
    afterwards(cx).await;
    written
}

/// Goes back to the usual pace, and looks at the tables: searches and lists plan by what they hold. What came of the import is told
/// whether or not this could be done.
async fn afterwards(cx: &Cx) {
    let done = match cx.db.take_pace(Pace::Usual).await {
        Ok(()) => cx.db.learn().await,
        wrong => wrong,
    };
    if let Err(error) = done {
        tracing::warn!(%error, "after an import");
    }
}

async fn write_parts(cx: &Cx, run: ImportId, plan: Plan, job: Option<JobId>) -> Result<Option<Counts>> {
    let before = store::find(&cx.db, cx.tenant, run).await?.written.0.writing();
    let of = before + plan.counts.writing();
    let (all, refused) = (plan.counts.all(), plan.counts.refused);
    let mut done = before;
    let mut parts = parts(plan);
    while let Some(part) = parts.pop_front() {
        if let Some(job) = job
            && !jobs::progress(&cx.db, job, json!({ "done": done, "of": of })).await?
        {
            return Ok(None);
        }
        done += part.counts().writing();
        let (at, last) = (cx.clone(), parts.is_empty());
        let written = cx
            .write(run.lane(), async move |tx: &mut Tx<'_>| {
                let written = put(tx, &at, run, part).await?;
                if last { close(tx, &at, run, (written, all, refused)).await } else { Ok(written) }
            })
            .await?;
        if last {
            return Ok(Some(written));
        }
    }
    Err(Error::internal("a plan without parts".to_owned()))
}

async fn put(tx: &mut Tx<'_>, cx: &Cx, run: ImportId, part: Part) -> Result<Counts> {
    let record = store::find(tx, cx.tenant, run).await?;
    if record.state != RunState::Running {
        return Err(Error::refused("import.not_running"));
    }
    let mut written = record.written.0;
    let counts = part.counts();
    written.add(&counts);
    let mut changes = put_organisations(tx, cx, part.organisations, part.changes).await?;
    changes.extend(put_people(tx, cx, part.people).await?);
    store::insert_changes(tx, cx.tenant, run, &changes).await?;
    store::set_written(tx, cx.tenant, run, &written).await?;
    tx.record(cx, &PartWritten { run: Some(run), kind: record.kind, counts });
    Ok(written)
}

async fn put_organisations(
    tx: &mut Tx<'_>,
    cx: &Cx,
    made: Vec<(NewOrganisation, bool)>,
    changed: Vec<OrganisationStep>,
) -> Result<Vec<Change>> {
    let (made, _): (Vec<NewOrganisation>, Vec<bool>) = made.into_iter().unzip();
    organisations::insert_many(tx, cx, &made).await?;
    let of = |object: Raw, deed, detail| Change { object_kind: "organisation", object, deed, detail };
    let mut changes: Vec<Change> = made.iter().map(|new| of(new.id.0, "created", json!({}))).collect();
    for step in changed {
        organisations::update(tx, cx, step.id, &step.new).await?;
        changes.push(of(step.id.0, "updated", json!({ "fields": step.detail })));
    }
    Ok(changes)
}

async fn put_people(tx: &mut Tx<'_>, cx: &Cx, steps: Vec<PersonStep>) -> Result<Vec<Change>> {
    let (mut made, mut joins, mut changes) = (Vec::new(), Vec::new(), Vec::with_capacity(steps.len()));
    let (mut appoints, mut guardians) = (Vec::new(), Vec::new());
    for step in steps {
        let begun: Vec<_> = step
            .joins
            .iter()
            .chain(&step.appoints)
            .map(|new| json!([new.organisation.to_string(), new.role.as_str()]))
            .collect();
        let (deed, fields) = match step.deed {
            PersonDeed::Create(new) => {
                made.push(*new);
                ("created", json!({}))
            }
            PersonDeed::Change(new, detail) => {
                people::update(tx, cx, step.id, &new).await?;
                ("updated", detail)
            }
            PersonDeed::Keep => ("joined", json!({})),
        };
        let named = step.guardian.map(|new| on_roster(step.id, new));
        let standing: Vec<String> = named.iter().map(|(_, new)| new.id.to_string()).collect();
        let detail = json!({ "fields": fields, "memberships": begun, "guardians": standing });
        guardians.extend(named);
        changes.push(Change { object_kind: "person", object: step.id.0, deed, detail });
        joins.extend(step.joins);
        appoints.extend(step.appoints);
    }
    let made: Vec<NewPerson> = made;
    people::insert_many(tx, cx, &made).await?;
    organisations::insert_memberships(tx, cx, &joins).await?;
    for new in appoints {
        organisations::appoint(tx, cx, (new.organisation, new.person), new.role, new.from_on).await?;
    }
    for (person, new) in guardians {
        let person = people::find(tx, cx.tenant, person).await?;
        people::guardians::name_on_roster(tx, cx, &person, &new).await?;
    }
    Ok(changes)
}

fn on_roster(person: PersonId, new: GuardianRow) -> (PersonId, OnRoster) {
    let GuardianRow { name, phone, relation, paper_on } = new;
    (person, OnRoster { id: GuardianId::fresh(), name, phone, relation, paper_on })
}

/// The last part is in: the run is done, its upload goes, and the trace says what came of it.
async fn close(tx: &mut Tx<'_>, cx: &Cx, run: ImportId, (written, all, refused): (Counts, i64, i64)) -> Result<Counts> {
    let record = store::find(tx, cx.tenant, run).await?;
    // A run that went on after it was broken off finds its own rows on record: they are written, not skipped.
    let counts = Counts { refused, skipped: (all - refused - written.writing()).max(0), ..written };
    store::set_done(tx, cx.tenant, run, (&counts, cx.app.clock.now())).await?;
    if let Some(file) = record.file_id {
        files::remove(tx, cx, file).await?;
    }
    tx.record(cx, &Committed { run: Some(run), kind: record.kind, counts });
    Ok(counts)
}
