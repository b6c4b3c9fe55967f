//! Confirming a mail address: six digits to that address, fifteen minutes, five tries, one a minute and ten a day. They confirm
//! and sign nobody in.

use super::settings;
use crate::deeds::{MailAsked, MailConfirmed};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::outbox::{self, Setting};
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Read, Result, TenantId, Tx, Word, args, row};
use people::PersonId;
use serde::Deserialize;

const LASTS: Duration = Duration::minutes(15);
const MOST_TRIES: i64 = 5;
const MOST_A_DAY: i64 = 10;

row! {
    struct Open {
        mail_hash: Vec<u8>,
        code_hash: Vec<u8>,
        tries: i64,
        asked: i64,
        day: NaiveDate,
        made_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
    }
}

async fn find(db: &impl Read, tenant: TenantId, person: Raw) -> Result<Option<Open>> {
    let sql = "SELECT mail_hash, code_hash, tries, asked, day, made_at, ends_at FROM mail_confirmation
               WHERE tenant_id = $1 AND person_id = $2";
    db.optional(sql, args![tenant, person]).await
}

/// Whether a code is out that can still be typed.
pub(super) async fn is_open(cx: &Cx, person: Raw) -> Result<bool> {
    let found = find(&cx.db, cx.tenant, person).await?;
    Ok(found.is_some_and(|open| cx.now < open.ends_at && open.tries < MOST_TRIES))
}

fn hashed(cx: &Cx, person: Raw, code: &str) -> Vec<u8> {
    cx.app.keys.fingerprint("message.mail_code", &format!("{person} {code}"))
}

/// The address that is on record now.
async fn address(cx: &Cx, person: Raw) -> Result<Vec<u8>> {
    let found = people::find(&cx.db, cx.tenant, PersonId(person)).await?;
    let mail = found.email.ok_or(Error::refused("federation.settings.no_mail"))?;
    Ok(outbox::fingerprint(cx, &mail))
}

pub(crate) async fn create(cx: Cx, Form(_): Form<super::Nothing>) -> Result<Answer> {
    let (at, person) = (cx.clone(), cx.person()?);
    if cx.app.config.channels.mail.is_none() {
        return Err(Error::refused("federation.settings.no_way"));
    }
    let mail = address(&cx, person).await?;
    let code = code();
    let hash = hashed(&cx, person, &code);
    cx.write(LaneKey::of(person), async move |tx: &mut Tx<'_>| {
        let today = at.today();
        let before = find(tx, at.tenant, person).await?;
        let asked = before.as_ref().filter(|b| b.day == today).map_or(0, |b| b.asked);
        if before.is_some_and(|b| at.now - b.made_at < Duration::minutes(1)) {
            return Err(Error::TooMany(60));
        }
        if asked >= MOST_A_DAY {
            return Err(Error::refused("federation.settings.tomorrow"));
        }
        let sql = "INSERT INTO mail_confirmation (tenant_id, person_id, mail_hash, code_hash, tries, asked, day, made_at, ends_at)
                   VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8)
                   ON CONFLICT (tenant_id, person_id) DO UPDATE SET mail_hash = excluded.mail_hash, code_hash = excluded.code_hash,
                     tries = 0, asked = excluded.asked, day = excluded.day, made_at = excluded.made_at, ends_at = excluded.ends_at";
        tx.execute(sql, args![at.tenant, person, mail, hash, asked + 1, today, at.now, at.now + LASTS]).await?;
        outbox::confirm(tx, &at, person, &code, "/me/messages/settings").await?;
        tx.record(&at, &MailAsked { object: Some(person) });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying("/me/messages/settings", &Word::new("federation.settings.code_sent")))
}

/// Six digits; the id of a moment is not where they come from.
fn code() -> String {
    let digits: String = kernel::ids::token().bytes().map(|b| char::from(b'0' + b % 10)).take(6).collect();
    digits
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    code: String,
}

pub(crate) async fn answer(cx: Cx, Form(typed): Form<Typed>) -> Result<Answer> {
    let (at, person) = (cx.clone(), cx.person()?);
    let mail = address(&cx, person).await?;
    let typed: String = typed.code.chars().filter(char::is_ascii_digit).collect();
    let hash = hashed(&cx, person, &typed);
    let right = cx
        .write(LaneKey::of(person), async move |tx: &mut Tx<'_>| {
            let open = find(tx, at.tenant, person).await?.filter(|open| at.now < open.ends_at && open.tries < MOST_TRIES);
            let Some(open) = open else { return Err(Error::refused("federation.settings.code_gone")) };
            // The address may have been changed since the code left.
            let right = open.mail_hash == mail && kernel::secret::same(&open.code_hash, &hash);
            let sql = "UPDATE mail_confirmation SET tries = CASE WHEN $1 THEN 5 ELSE tries + 1 END WHERE tenant_id = $2 AND person_id = $3";
            tx.execute(sql, args![right, at.tenant, person]).await?;
            if right {
                let held = outbox::store::setting(tx, at.tenant, person).await?;
                let confirmed =
                    Setting { mail: Some(true), mail_hash: Some(mail), mail_confirmed_at: Some(at.now), ..held };
                outbox::store::save(tx, at.tenant, &confirmed).await?;
            }
            tx.record(&at, &MailConfirmed { object: Some(person), accepted: right });
            Ok(right)
        })
        .await?;
    if right {
        return Ok(cx.see_other_saying("/me/messages/settings", &Word::new("federation.settings.confirmed")));
    }
    let mut errors = FieldErrors::none();
    errors.add("code", Word::new("federation.settings.code_wrong"));
    settings::refused(&cx, errors).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_is_six_digits_and_another_each_time() {
        let codes: std::collections::HashSet<String> = (0..200).map(|_| super::code()).collect();
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())));
        assert!(codes.len() > 190, "only {} of 200 differ", codes.len());
    }
}
