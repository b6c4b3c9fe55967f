//! The screens: made and ended at the desk. The address is shown once and only its hash is kept.

use crate::model::{NewScreen, Screen, ScreenId};
use crate::store::{self, Named};
use askama::Template;
use axum::extract::Path;
use kernel::audit::Deed;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Read, Result, TenantId, Tx, Word, args};
use serde::{Deserialize, Serialize};

const COLUMNS: &str = "id, name, kind, region_code, created_at, ended_at";

/// The screens of a district, the newest first.
pub async fn list(db: &impl Read, tenant: TenantId) -> Result<Vec<Screen>> {
    let sql = format!("SELECT {COLUMNS} FROM wall_screen WHERE tenant_id = $1 ORDER BY id DESC LIMIT 200");
    db.all(&sql, args![tenant]).await
}

/// The screen of an address, while it works.
pub async fn find(db: &impl Read, tenant: TenantId, token: &str) -> Result<Screen> {
    let sql =
        format!("SELECT {COLUMNS} FROM wall_screen WHERE tenant_id = $1 AND token_hash = $2 AND ended_at IS NULL");
    db.one(&sql, args![tenant, kernel::auth::digest(token)]).await
}

/// Makes a screen; answers its id and the token of its address, which cannot be read again.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, new: &NewScreen) -> Result<(ScreenId, String)> {
    let (id, token) = (ScreenId::fresh(), kernel::ids::token());
    let sql = "INSERT INTO wall_screen (tenant_id, id, name, kind, token_hash, region_code, created_at)
               VALUES ($1, $2, $3, 'lamps', $4, $5, $6)";
    tx.execute(sql, args![cx.tenant, id, new.name, kernel::auth::digest(&token), new.region, cx.now]).await?;
    tx.record(cx, &ScreenMade { screen: id, name: new.name.clone() });
    Ok((id, token))
}

/// Ends a screen: its address stops working at once.
pub async fn end(tx: &mut Tx<'_>, cx: &Cx, screen: ScreenId) -> Result<()> {
    let sql = "UPDATE wall_screen SET ended_at = $1 WHERE tenant_id = $2 AND id = $3 AND ended_at IS NULL";
    if tx.execute(sql, args![cx.now, cx.tenant, screen]).await? == 0 {
        return Err(Error::NotFound);
    }
    tx.record(cx, &ScreenEnded { screen });
    Ok(())
}

#[derive(Serialize)]
struct ScreenMade {
    #[serde(skip)]
    screen: ScreenId,
    name: String,
}

impl Deed for ScreenMade {
    const KIND: &'static str = "wall.screen_made";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("wall_screen", Some(self.screen.0))
    }
}

#[derive(Serialize)]
struct ScreenEnded {
    #[serde(skip)]
    screen: ScreenId,
}

impl Deed for ScreenEnded {
    const KIND: &'static str = "wall.screen_ended";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("wall_screen", Some(self.screen.0))
    }
}

#[derive(Template)]
#[template(path = "wall/screens.html")]
struct Index {
    errors: FieldErrors,
    form: ScreenForm,
    screens: Vec<Listed>,
    towns: Vec<Named>,
    address: Option<String>,
}

struct Listed {
    screen: Screen,
    region: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScreenForm {
    name: String,
    #[serde(default)]
    region: String,
}

impl ScreenForm {
    fn check(&self, towns: &[Named]) -> std::result::Result<NewScreen, FieldErrors> {
        let mut errors = FieldErrors::none();
        let name = errors.text("name", &self.name, 60);
        let region = self.region.trim().to_owned();
        if !region.is_empty() && !towns.iter().any(|t| t.code == region) {
            errors.add("region", Word::new("form.choose"));
        }
        if errors.is_empty() { Ok(NewScreen { name, region }) } else { Err(errors) }
    }
}

async fn page(cx: &Cx, form: ScreenForm, errors: FieldErrors, address: Option<String>) -> Result<Index> {
    let towns = store::towns(&cx.db, cx.tenant).await?;
    let named = |code: &str| match towns.iter().find(|t| t.code == code) {
        Some(town) => town.name.clone(),
        None => cx.t("wall.whole").to_owned(),
    };
    let screens = list(&cx.db, cx.tenant).await?;
    let screens = screens.into_iter().map(|screen| Listed { region: named(&screen.region_code), screen }).collect();
    Ok(Index { errors, form, screens, towns, address })
}

pub(crate) async fn index(cx: Cx) -> Result<Answer> {
    cx.page(&page(&cx, ScreenForm::default(), FieldErrors::none(), None).await?)
}

pub(crate) async fn create(cx: Cx, Form(form): Form<ScreenForm>) -> Result<Answer> {
    let towns = store::towns(&cx.db, cx.tenant).await?;
    let new = match form.check(&towns) {
        Ok(new) => new,
        Err(errors) => return cx.invalid(&page(&cx, form, errors, None).await?),
    };
    let at = cx.clone();
    let (_, token) = cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| insert(tx, &at, &new).await).await?;
    let address = format!("{}/wall/{token}", cx.app.config.base_url);
    cx.page(&page(&cx, ScreenForm::default(), FieldErrors::none(), Some(address)).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

pub(crate) async fn destroy(cx: Cx, Path(screen): Path<ScreenId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let at = cx.clone();
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| end(tx, &at, screen).await).await?;
    Ok(cx.see_other_saying("/desk/walls", &Word::new("wall.ended")))
}
