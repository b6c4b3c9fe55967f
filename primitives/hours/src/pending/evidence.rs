//! What volunteers show for what they say: pictures and PDFs by their content; each look leaves a trace.

use super::model::Pending;
use super::store;
use crate::EntryId;
use kernel::files::File;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, FieldErrors, Result, Tx, Word};
use serde::Serialize;

/// Files of one application, at most.
pub(crate) const MOST: usize = 3;
/// Bytes of one of them, at most.
const LARGEST: usize = 10 * 1024 * 1024;

/// A file that a volunteer shows: what they called it, what it is, the bytes.
#[derive(Clone, Debug)]
pub struct Proof {
    name: String,
    kind: &'static str,
    content: Vec<u8>,
}

impl Proof {
    /// The files that were sent, or what is wrong with them; names and headers are not asked what they are.
    #[must_use]
    pub fn read(files: Vec<(String, Vec<u8>)>, needed: bool, errors: &mut FieldErrors) -> Vec<Self> {
        if files.is_empty() && needed {
            errors.add("evidence", Word::new("hours.apply.evidence_missing"));
        }
        if files.len() > MOST {
            errors.add("evidence", Word::new("hours.apply.evidence_many").with("most", MOST));
        }
        let mut proofs = Vec::with_capacity(files.len());
        for (name, content) in files {
            match kind_of(&content) {
                _ if content.len() > LARGEST => errors.add("evidence", Word::new("error.too_large")),
                None => errors.add("evidence", Word::new("hours.apply.evidence_shape")),
                Some(kind) => proofs.push(Self { name, kind, content }),
            }
        }
        errors.0.dedup();
        proofs
    }
}

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"%PDF-") { Some("application/pdf") } else { kernel::files::picture_kind(bytes) }
}

/// Keeps the files with their entry.
pub(crate) async fn keep(tx: &mut Tx<'_>, cx: &Cx, id: EntryId, proofs: Vec<Proof>) -> Result<()> {
    for Proof { name, kind, content } in proofs {
        let file = kernel::files::insert(tx, cx, &name, kind, content).await?;
        let label: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
        store::show(tx, cx, id, (file, &label)).await?;
    }
    Ok(())
}

#[derive(Serialize)]
struct ProofRead {
    #[serde(skip)]
    pending: EntryId,
    name: String,
}

impl Deed for ProofRead {
    const KIND: &'static str = "hours.proof_read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("pending", Some(self.pending.0))
    }
}

/// One file of an entry, with faces and names (S3).
pub(crate) async fn look(tx: &mut Tx<'_>, cx: &Cx, pending: &Pending, proof: Raw) -> Result<File> {
    let shown = store::shown(tx, cx.tenant, pending.id).await?;
    let shown = shown.into_iter().find(|one| one.id == proof).ok_or(Error::NotFound)?;
    let file = kernel::files::find(tx, cx, shown.file_id).await?;
    tx.record(cx, &ProofRead { pending: pending.id, name: file.name.clone() });
    Ok(file)
}
