//! What a district decides for all its activities.

use crate::settings::{SettingsForm, keep, settings};
use askama::Template;
use kernel::http::filters;
use kernel::{Answer, Cx, FieldErrors, Form, Result, Word};

#[derive(Template)]
#[template(path = "activities/settings.html")]
struct Edit {
    form: SettingsForm,
    errors: FieldErrors,
}

pub(super) async fn show(cx: Cx) -> Result<Answer> {
    let form = SettingsForm::of(settings(&cx.db, &cx).await?);
    cx.page(&Edit { form, errors: FieldErrors::none() })
}

pub(super) async fn update(cx: Cx, Form(form): Form<SettingsForm>) -> Result<Answer> {
    match form.check() {
        Ok(after) => {
            keep(&cx, after).await?;
            Ok(cx.see_other_saying("/desk/activities/settings", &Word::new("settings.kept")))
        }
        Err(errors) => cx.invalid(&Edit { form, errors }),
    }
}
