//! What is masked until somebody asks, and how it is opened. Whoever opens it leaves the trace, in the same transaction.

use crate::model::PersonId;
use crate::store;
use kernel::{Cx, Result, Tx, text_enum};

text_enum! {
    /// What is masked on a record.
    pub enum Field {
        /// S3.
        BirthDate = "birth_date",
        /// S4.
        Identity = "identity",
        /// S3.
        Phone = "phone",
        /// S3.
        Email = "email",
        /// S3.
        Address = "address",
        /// S3.
        PoliticalStatus = "political_status",
    }
}

/// A field in clear; nothing where nothing is held.
pub async fn open_field(tx: &Tx<'_>, cx: &Cx, id: PersonId, field: Field) -> Result<Option<String>> {
    if field == Field::Identity {
        let opened = store::open_identity(tx, &cx.app.keys, cx.tenant, id).await?;
        return Ok(opened.map(|number| number.expose().clone()));
    }
    if field == Field::PoliticalStatus {
        let held = store::political_status(tx, cx.tenant, id).await?;
        return Ok(held.map(|row| cx.t(&format!("people.political.{}", row.code)).to_owned()));
    }
    let person = store::find(tx, cx.tenant, id).await?;
    Ok(match field {
        Field::BirthDate => person.birth_date.map(|born| born.to_string()),
        Field::Phone => person.phone,
        Field::Email => person.email,
        Field::Address => person.address,
        Field::Identity | Field::PoliticalStatus => None,
    })
}
