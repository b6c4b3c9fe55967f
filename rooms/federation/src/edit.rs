//! Changing one's own data and password. Name and document are changed at the desk, not by oneself.

use crate::deeds::{OwnChanged, OwnRefused, PasswordChanged};
use askama::Template;
use kernel::auth::{self, Account};
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Secret, Tx, Word};
use people::rules::phone;
use people::{NewPerson, Person, PersonId};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "federation/edit.html")]
struct Show {
    errors: FieldErrors,
    form: EditForm,
    phone: String,
}

/// Fields of S3 come empty and stay as they are when they are left so.
#[derive(Deserialize, Default, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditForm {
    /// Up to 100 characters.
    #[serde(default)]
    employer: String,
    /// Up to 200 characters.
    #[serde(default)]
    skills: String,
    /// Up to 100 characters.
    #[serde(default)]
    address: String,
    /// Up to 100 characters.
    #[serde(default)]
    email: String,
    /// A mobile.
    #[serde(default)]
    phone: String,
    /// One's password; needed for a new phone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Secret<String>>,
}

pub(crate) async fn show(cx: Cx) -> Result<Answer> {
    let person = own(&cx).await?;
    let form = EditForm {
        employer: person.employer.clone().unwrap_or_default(),
        skills: person.skills.clone().unwrap_or_default(),
        ..EditForm::default()
    };
    cx.page(&page(&person, FieldErrors::none(), form))
}

pub(crate) async fn own(cx: &Cx) -> Result<Person> {
    people::find(&cx.db, cx.tenant, PersonId(cx.person()?)).await
}

fn page(person: &Person, errors: FieldErrors, form: EditForm) -> Show {
    Show { errors, form, phone: person.phone.as_deref().map(people::mask::phone).unwrap_or_default() }
}

/// What may be changed, checked.
struct Wanted {
    person: NewPerson,
    phone: Option<String>,
    fields: Vec<&'static str>,
}

fn check(form: &EditForm, person: &Person, errors: &mut FieldErrors) -> Wanted {
    let mut new = NewPerson::named(&person.name, "", person.created_at.date_naive());
    let mut fields = Vec::new();
    let mut given = |errors: &mut FieldErrors, field: &'static str, text: &str, held: Option<&str>, most: usize| {
        let text = errors.optional_text(field, text, most).filter(|text| Some(text.as_str()) != held);
        fields.extend(text.is_some().then_some(field));
        text
    };
    new.employer = given(errors, "employer", &form.employer, person.employer.as_deref(), 100);
    new.skills = given(errors, "skills", &form.skills, person.skills.as_deref(), 200);
    new.address = given(errors, "address", &form.address, None, 100);
    new.email = given(errors, "email", &form.email, None, 100);
    if new.email.as_deref().is_some_and(|email| !is_email(email)) {
        errors.add("email", Word::new("federation.edit.email_wrong"));
    }
    let phone = number(&form.phone, errors).filter(|number| Some(number) != person.phone.as_ref());
    fields.extend(phone.is_some().then_some("phone"));
    new.phone.clone_from(&phone);
    Wanted { person: new, phone, fields }
}

fn number(text: &str, errors: &mut FieldErrors) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    match phone::parse(text) {
        Ok(found) if found.kind == phone::Kind::Mobile => Some(found.number),
        Ok(_) => {
            errors.add("phone", Word::new("federation.edit.mobile"));
            None
        }
        Err(error) => {
            errors.add("phone", Word::new(error.word()));
            None
        }
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    }) && !text.contains(char::is_whitespace)
}

pub(crate) async fn update(cx: Cx, Form(form): Form<EditForm>) -> Result<Answer> {
    let person = own(&cx).await?;
    match change(&cx, &person, &form).await {
        Err(Error::Invalid(errors)) => cx.invalid(&page(&person, errors, EditForm { password: None, ..form })),
        changed => changed.map(|()| cx.see_other_saying("/me/data", &Word::new("federation.edit.done"))),
    }
}

/// Changes one's own data; a new phone asks for the password.
///
/// # Errors
/// `Invalid` with what is wrong with which field.
pub(crate) async fn change(cx: &Cx, person: &Person, form: &EditForm) -> Result<()> {
    let mut errors = FieldErrors::none();
    let wanted = check(form, person, &mut errors);
    if errors.is_empty() && wanted.phone.is_some() {
        let password = form.password.clone().unwrap_or(Secret::new(String::new()));
        if !is_present(cx, password).await? {
            errors.add("password", Word::new("federation.password.wrong"));
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let (at, id) = (cx.clone(), person.id);
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        if let Some(phone) = &wanted.phone {
            change_sign_in(tx, &at, phone).await?;
        }
        if !wanted.fields.is_empty() {
            people::update(tx, &at, id, &wanted.person).await?;
        }
        tx.record(&at, &OwnChanged { object: Some(id.0), fields: wanted.fields });
        Ok(())
    })
    .await
}

/// The new phone signs in from now on, unless somebody else of the family signs in with it already.
async fn change_sign_in(tx: &mut Tx<'_>, cx: &Cx, phone: &str) -> Result<()> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    match auth::find_by_name(tx, cx.tenant, phone).await? {
        Some(_) => Ok(()),
        None => auth::change_phone(tx, cx.tenant, account, phone).await,
    }
}

async fn account(cx: &Cx) -> Result<Account> {
    auth::find(&cx.db, cx.tenant, cx.actor.account.ok_or(Error::SignIn)?).await
}

/// Whether this is the present password; wrong tries slow down as sign-ins do and leave their trace.
async fn is_present(cx: &Cx, password: Secret<String>) -> Result<bool> {
    let account = account(cx).await?;
    let key = format!("password {}", account.id);
    let wait = auth::wait(&cx.db, &key, &cx.request.ip, cx.now).await?;
    if wait > 0 {
        return Err(Error::TooMany(wait));
    }
    let right = cx.app.hasher.verify(password, account.password_hash).await?;
    let (at, person) = (cx.clone(), cx.person()?);
    cx.write(PersonId(person).lane(), async move |tx: &mut Tx<'_>| {
        if right {
            return auth::succeeded(tx, &key, &at.request.ip).await;
        }
        tx.record(&at, &OwnRefused { object: Some(person) });
        auth::failed(tx, &key, &at.request.ip, at.now).await
    })
    .await?;
    Ok(right)
}

#[derive(Template)]
#[template(path = "federation/password.html")]
struct PasswordPage {
    errors: FieldErrors,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordForm {
    password: Secret<String>,
    new: Secret<String>,
    again: Secret<String>,
}

pub(crate) async fn password(cx: Cx) -> Result<Answer> {
    cx.page(&PasswordPage { errors: FieldErrors::none() })
}

pub(crate) async fn password_update(cx: Cx, Form(form): Form<PasswordForm>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let account = account(&cx).await?;
    let names = [account.name.as_str(), account.sign_in_name.as_str(), account.phone.as_deref().unwrap_or_default()];
    if let Some(word) = auth::weakness(form.new.expose(), &names) {
        errors.add("new", word);
    } else if form.new != form.again {
        errors.add("again", Word::new("welcome.not_same"));
    }
    if errors.is_empty() && !is_present(&cx, form.password).await? {
        errors.add("password", Word::new("federation.password.wrong"));
    }
    if !errors.is_empty() {
        return cx.invalid(&PasswordPage { errors });
    }
    let hash = cx.app.hasher.hash(form.new).await?;
    let at = cx.clone();
    let person = cx.person()?;
    let second = !cx.actor.awaits_second_factor;
    let (token, staff) = cx
        .write(PersonId(person).lane(), async move |tx: &mut Tx<'_>| {
            auth::change_password(tx, &at, account.id, &hash).await?;
            let roles = auth::list_roles(tx, at.tenant, account.id, at.today()).await?;
            let staff = roles.iter().any(|role| role.role.is_staff());
            let token = auth::open(tx, at.tenant, &account, second && staff, at.now, &at.request.ip).await?;
            tx.record(&at, &PasswordChanged { object: Some(person) });
            Ok((token, staff))
        })
        .await?;
    let mut answer = cx.see_other_saying("/me/data", &Word::new("federation.password.done"));
    kernel::http::set_session(&mut answer, &cx, &token, staff);
    Ok(answer)
}
