//! How somebody wants to be told outside Qiyi: by which ways, when not, and how often. Switching all off is one press.

use crate::data;
use crate::deeds::MessageSetting;
use askama::Template;
use axum::Json;
use chrono::NaiveTime;
use kernel::http::{Body, Problem, filters};
use kernel::outbox::{self, Channel, Setting};
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Result, Tx, Word, forms};
use people::{Field, Person, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A way out as its reader sees it.
struct Way {
    channel: Channel,
    on: bool,
    /// Where it goes, masked; absent where there is nowhere.
    place: Option<String>,
}

#[derive(Template)]
#[template(path = "federation/message_settings.html")]
struct Show {
    errors: FieldErrors,
    ways: Vec<Way>,
    form: SettingForm,
    mail: Mail,
    limits: Word,
    any: bool,
}

/// Where the confirmation of the mail address stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mail {
    None,
    Unconfirmed,
    Asked,
    Confirmed,
}

impl Show {
    fn offers_mail(&self) -> bool {
        self.ways.iter().any(|way| way.channel == Channel::Mail)
    }

    /// Whether an address or a number is still to be given.
    fn lacks(&self) -> bool {
        self.ways.iter().any(|way| way.channel != Channel::Wecom && way.place.is_none())
    }

    fn unconfirmed(&self) -> bool {
        matches!(self.mail, Mail::Unconfirmed | Mail::Asked)
    }

    fn asked(&self) -> bool {
        self.mail == Mail::Asked
    }
}

/// What the browser sent.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SettingForm {
    mail: String,
    sms: String,
    wecom: String,
    wecom_user: String,
    quiet_from: String,
    quiet_to: String,
    digest: String,
    digest_at: String,
}

impl SettingForm {
    fn of(setting: &Setting) -> Self {
        let clock = |time: NaiveTime| time.format("%H:%M").to_string();
        Self {
            wecom_user: setting.wecom_user.clone().unwrap_or_default(),
            quiet_from: clock(setting.quiet_from),
            quiet_to: clock(setting.quiet_to),
            digest: if setting.digest { "on".to_owned() } else { String::new() },
            digest_at: clock(setting.digest_at),
            ..Self::default()
        }
    }

    fn ticked(&self, channel: Channel) -> bool {
        let text = match channel {
            Channel::Mail => &self.mail,
            Channel::Sms => &self.sms,
            Channel::Wecom => &self.wecom,
        };
        forms::ticked(Some(text))
    }

    /// A checked setting: a way that the keeper did not open keeps what was chosen before.
    fn check(&self, cx: &Cx, errors: &mut FieldErrors, held: Setting) -> Setting {
        let chosen = |channel: Channel| {
            let opened = cx.app.config.channels.get(channel).is_some();
            if opened { Some(self.ticked(channel)) } else { held.chosen(channel) }
        };
        let wecom_user = errors.optional_text("wecom_user", &self.wecom_user, 64);
        if wecom_user
            .as_deref()
            .is_some_and(|user| !user.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c)))
        {
            errors.add("wecom_user", Word::new("federation.settings.wecom_wrong"));
        }
        if self.ticked(Channel::Wecom) && wecom_user.is_none() {
            errors.add("wecom_user", Word::new("form.required"));
        }
        let (mail, sms, wecom) = (chosen(Channel::Mail), chosen(Channel::Sms), chosen(Channel::Wecom));
        Setting {
            mail,
            sms,
            wecom,
            wecom_user: if cx.app.config.channels.wecom.is_some() { wecom_user } else { held.wecom_user },
            quiet_from: errors.time("quiet_from", &self.quiet_from).unwrap_or(held.quiet_from),
            quiet_to: errors.time("quiet_to", &self.quiet_to).unwrap_or(held.quiet_to),
            digest: forms::ticked(Some(&self.digest)),
            digest_at: errors.time("digest_at", &self.digest_at).unwrap_or(held.digest_at),
            lang: cx.lang.tag().to_owned(),
            ..held
        }
    }
}

/// Whose settings these are, with what they chose.
async fn own(cx: &Cx) -> Result<(Person, Setting)> {
    let person = people::find(&cx.db, cx.tenant, PersonId(cx.person()?)).await?;
    let setting = outbox::store::setting(&cx.db, cx.tenant, person.id.0).await?;
    Ok((person, setting))
}

pub(crate) fn is_confirmed(cx: &Cx, person: &Person, setting: &Setting) -> bool {
    person.email.as_deref().is_some_and(|mail| setting.mail_hash.as_ref() == Some(&outbox::fingerprint(cx, mail)))
}

async fn page(cx: &Cx, errors: FieldErrors, form: Option<SettingForm>) -> Result<Show> {
    let (person, setting) = own(cx).await?;
    let channels = &cx.app.config.channels;
    let confirmed = is_confirmed(cx, &person, &setting);
    let way = |channel: Channel| {
        let line = channels.get(channel)?;
        let place = match channel {
            Channel::Mail => data::masked(Field::Email, &person, false),
            Channel::Sms => data::masked(Field::Phone, &person, false),
            Channel::Wecom => setting.wecom_user.clone(),
        };
        let chosen = setting.chosen(channel).unwrap_or(line.unless_off && place.is_some());
        let on = form.as_ref().map_or(chosen, |form| form.ticked(channel));
        Some(Way { channel, on, place })
    };
    let ways: Vec<Way> = Channel::ALL.iter().copied().filter_map(way).collect();
    let mail = match (person.email.is_some(), confirmed) {
        (false, _) => Mail::None,
        (_, true) => Mail::Confirmed,
        (_, false) if super::confirmation::is_open(cx, person.id.0).await? => Mail::Asked,
        (_, false) => Mail::Unconfirmed,
    };
    let limits =
        Word::new("federation.settings.limits").with("hour", channels.budget.hour).with("day", channels.budget.day);
    let any = ways.iter().any(|way| way.on);
    Ok(Show { errors, ways, form: form.unwrap_or_else(|| SettingForm::of(&setting)), mail, limits, any })
}

pub(crate) async fn show(cx: Cx) -> Result<Answer> {
    cx.page(&page(&cx, FieldErrors::none(), None).await?)
}

/// The same page with what is wrong with the code.
pub(super) async fn refused(cx: &Cx, errors: FieldErrors) -> Result<Answer> {
    cx.invalid(&page(cx, errors, None).await?)
}

pub(crate) async fn update(cx: Cx, Form(form): Form<SettingForm>) -> Result<Answer> {
    let (_, held) = own(&cx).await?;
    let mut errors = FieldErrors::none();
    let wanted = form.check(&cx, &mut errors, held);
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, errors, Some(form)).await?);
    }
    save(&cx, wanted).await?;
    Ok(cx.see_other_saying("/me/messages/settings", &Word::new("federation.settings.saved")))
}

/// Everything outside off, with one press.
pub(crate) async fn off(cx: Cx, Form(_): Form<super::Nothing>) -> Result<Answer> {
    let (_, held) = own(&cx).await?;
    save(&cx, Setting { mail: Some(false), sms: Some(false), wecom: Some(false), ..held }).await?;
    Ok(cx.see_other_saying("/me/messages/settings", &Word::new("federation.settings.all_off")))
}

async fn save(cx: &Cx, setting: Setting) -> Result<()> {
    let at = cx.clone();
    cx.write(LaneKey::of(setting.person_id), async move |tx: &mut Tx<'_>| {
        outbox::store::save(tx, at.tenant, &setting).await?;
        let Setting { person_id, mail, sms, wecom, digest, .. } = setting;
        tx.record(&at, &MessageSetting { object: Some(person_id), mail, sms, wecom, daily: digest });
        Ok(())
    })
    .await
}

/// How one wants to be told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// By mail; absent was never chosen.
    mail: Option<bool>,
    /// By SMS.
    sms: Option<bool>,
    /// By WeCom.
    wecom: Option<bool>,
    /// The account at WeCom.
    wecom_user: Option<String>,
    /// When it grows quiet, Beijing time, `21:30`.
    quiet_from: String,
    /// When it ends, `08:00`.
    quiet_to: String,
    /// Everything in one summary a day.
    digest: bool,
    /// When the summary leaves, `18:30`.
    digest_at: String,
    /// Whether the mail address is confirmed; read only.
    #[serde(default)]
    mail_confirmed: bool,
    /// The ways that there are; read only.
    #[serde(default)]
    ways: Vec<String>,
}

async fn told(cx: &Cx) -> Result<Json<Settings>> {
    let (person, setting) = own(cx).await?;
    let form = SettingForm::of(&setting);
    Ok(Json(Settings {
        mail: setting.mail,
        sms: setting.sms,
        wecom: setting.wecom,
        wecom_user: setting.wecom_user.clone(),
        quiet_from: form.quiet_from,
        quiet_to: form.quiet_to,
        digest: setting.digest,
        digest_at: form.digest_at,
        mail_confirmed: is_confirmed(cx, &person, &setting),
        ways: cx.app.config.channels.opened().iter().map(ToString::to_string).collect(),
    }))
}

/// How one wants to be told outside Qiyi.
#[utoipa::path(get, path = "/api/v1/me/messages/settings", tag = "messages",
    responses((status = 200, body = Settings), (status = 401, body = Problem)))]
pub(crate) async fn api_show(cx: Cx) -> Result<Json<Settings>> {
    told(&cx).await
}

/// Changes how one wants to be told.
#[utoipa::path(put, path = "/api/v1/me/messages/settings", tag = "messages", request_body = Settings,
    responses((status = 200, body = Settings), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn api_update(cx: Cx, Body(new): Body<Settings>) -> Result<Json<Settings>> {
    let (_, held) = own(&cx).await?;
    let ticked = |on: Option<bool>| if on == Some(true) { "on".to_owned() } else { String::new() };
    let form = SettingForm {
        mail: ticked(new.mail),
        sms: ticked(new.sms),
        wecom: ticked(new.wecom),
        wecom_user: new.wecom_user.unwrap_or_default(),
        quiet_from: new.quiet_from,
        quiet_to: new.quiet_to,
        digest: ticked(Some(new.digest)),
        digest_at: new.digest_at,
    };
    let mut errors = FieldErrors::none();
    let wanted = form.check(&cx, &mut errors, held);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    save(&cx, wanted).await?;
    told(&cx).await
}
