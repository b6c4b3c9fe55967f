//! What proves a project that is entered after the fact: a scan and a signed statement of truth.

use super::held_activity;
use crate::model::{Activity, ActivityId, State};
use crate::pages::edit::submission;
use crate::{MANAGE, store};
use axum::extract::Path;
use kernel::http::Multipart;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Deed, Error, FieldErrors, FileId, Result, Tx, Word};
use serde::Serialize;

/// The largest scan that is taken.
const MOST: usize = 10 * 1024 * 1024;

#[derive(Serialize)]
struct Proved {
    #[serde(skip)]
    activity: ActivityId,
    proof: FileId,
    truth: String,
}

impl Deed for Proved {
    const KIND: &'static str = "activity.proved";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

#[derive(Serialize)]
struct ProofRead {
    #[serde(skip)]
    activity: ActivityId,
    name: String,
}

impl Deed for ProofRead {
    const KIND: &'static str = "activity.proof_read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

#[derive(Default)]
struct Typed {
    name: String,
    truth: bool,
    scan: Option<(String, Vec<u8>)>,
}

async fn read(mut parts: Multipart) -> Result<Typed> {
    let mut typed = Typed::default();
    while let Some((name, file, bytes)) = parts.next().await? {
        if name == "proof" {
            typed.scan = (!bytes.is_empty()).then_some((file, bytes));
            continue;
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::Malformed(Word::new("error.form")))?;
        match name.as_str() {
            "_once" => {}
            "truth_name" => typed.name = text,
            "truth" => typed.truth = text == "on",
            _ => return Err(Error::Malformed(Word::new("error.form"))),
        }
    }
    Ok(typed)
}

type Scan = (String, &'static str, Vec<u8>);

impl Typed {
    fn check(self) -> std::result::Result<(String, Scan), FieldErrors> {
        let mut errors = FieldErrors::none();
        let kind = self.scan.as_ref().and_then(|(_, bytes)| crate::scans::scan(bytes));
        match &self.scan {
            None => errors.add("proof", Word::new("proof.missing")),
            Some((_, bytes)) if bytes.len() > MOST => errors.add("proof", Word::new("error.too_large")),
            Some(_) if kind.is_none() => errors.add("proof", Word::new("proof.shape")),
            Some(_) => {}
        }
        let name = errors.text("truth_name", &self.name, 50);
        if !self.truth {
            errors.add("truth", Word::new("proof.truth_missing"));
        }
        match (self.scan, kind) {
            (Some((file, bytes)), Some(kind)) if errors.is_empty() => Ok((name, (file, kind, bytes))),
            _ => Err(errors),
        }
    }
}

pub(super) async fn create(cx: Cx, Path(activity): Path<ActivityId>, parts: Multipart) -> Result<Answer> {
    let activity = draft(held_activity(&cx, activity, MANAGE).await?)?;
    let (name, (file, kind, bytes)) = match read(parts).await?.check() {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&submission(&cx, activity, errors).await?),
    };
    let (at, id) = (cx.clone(), activity.id);
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        let proof = kernel::files::insert(tx, &at, &file, kind, bytes).await?;
        if !store::prove(tx, &at, id, proof, &name).await? {
            return Err(Error::refused("activity.refused.not_draft"));
        }
        tx.record(&at, &Proved { activity: id, proof, truth: name });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying(&format!("/activities/{id}/submission"), &Word::new("proof.kept")))
}

fn draft(activity: Activity) -> Result<Activity> {
    if activity.state == State::Draft && activity.is_backfill() {
        return Ok(activity);
    }
    Err(Error::refused("activity.refused.not_draft"))
}

/// The scan, with names and signatures (S3): each look leaves a trace.
pub(super) async fn show(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let proof = activity.proof_id.ok_or_else(|| Error::refused("activity.refused.no_proof"))?;
    let (at, id) = (cx.clone(), activity.id);
    let file = cx
        .write(id.lane(), async move |tx: &mut Tx<'_>| {
            let file = kernel::files::find(tx, &at, proof).await?;
            tx.record(&at, &ProofRead { activity: id, name: file.name.clone() });
            Ok(file)
        })
        .await?;
    Ok(cx.download(&file.name, &file.kind, file.content))
}
