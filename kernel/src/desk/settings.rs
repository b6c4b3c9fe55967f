//! The limits and deadlines of the district: what holds, what was meant, and who may set another.

use crate::audit::Deed;
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::{Error, Result};
use crate::forms::FieldErrors;
use crate::http::{Answer, Form, filters};
use crate::ids::Raw;
use crate::settings::Setting;
use crate::words::Word;
use askama::Template;
use axum::extract::Path;
use serde::{Deserialize, Serialize};

/// Somebody set a number.
#[derive(Serialize)]
struct SettingChanged {
    name: &'static str,
    from: i64,
    to: i64,
}

impl Deed for SettingChanged {
    const KIND: &'static str = "setting.changed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("setting", None)
    }
}

struct Row {
    setting: Setting,
    value: i64,
}

#[derive(Template)]
#[template(path = "desk/settings.html")]
struct Index {
    sections: Vec<Section>,
    errors: FieldErrors,
}

/// The rules of one room.
struct Section {
    room: &'static str,
    rows: Vec<Row>,
}

async fn page(cx: &Cx, errors: FieldErrors) -> Result<Index> {
    let mut sections: Vec<Section> = Vec::new();
    for &setting in &cx.app.settings {
        let row = Row { setting, value: setting.read(&cx.db, cx.tenant).await? };
        match sections.iter_mut().find(|section| section.room == setting.room()) {
            Some(section) => section.rows.push(row),
            None => sections.push(Section { room: setting.room(), rows: vec![row] }),
        }
    }
    Ok(Index { sections, errors })
}

pub(super) async fn index(cx: Cx) -> Result<Answer> {
    cx.page(&page(&cx, FieldErrors::none()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Value {
    value: String,
}

/// An empty value is the default again.
pub(super) async fn update(cx: Cx, Path(key): Path<String>, Form(form): Form<Value>) -> Result<Answer> {
    let setting = *cx.app.settings.iter().find(|setting| setting.key == key).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::none();
    let value = errors.optional_whole(setting.key, &form.value, setting.least, setting.most);
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, errors).await?);
    }
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        let from = setting.read(tx, at.tenant).await?;
        setting.write(tx, at.tenant, value).await?;
        tx.record(&at, &SettingChanged { name: setting.key, from, to: value.unwrap_or(setting.default) });
        Ok(())
    })
    .await?;
    cx.app.known_settings.forget(cx.tenant);
    Ok(cx.see_other_saying("/desk/settings", &Word::new("setting.saved")))
}
