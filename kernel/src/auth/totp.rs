//! The second factor: time-based codes (RFC 6238), the secret sealed, each code used once.

use super::account::Account;
use crate::cx::Cx;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::secret::Secret;
use crate::{app::App, args};
use totp_rs::{Algorithm, TOTP};

const STEP: u64 = 30;

/// A secret that waits for its first code.
pub struct Enrolment {
    /// Base 32, for those who type it.
    pub secret: Secret<String>,
    /// `otpauth://…`, for the QR code.
    pub url: Secret<String>,
}

/// A new secret for an account; nothing is stored until its first code is given.
pub fn enrol(app: &App, account: &Account) -> Result<Enrolment> {
    let mut raw = [0_u8; 20];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut raw);
    let totp = totp(raw.to_vec())?;
    let secret = totp.get_secret_base32();
    let issuer: String = app.config.name.chars().filter(char::is_ascii_alphanumeric).collect();
    let issuer = if issuer.is_empty() { "Qiyi".to_owned() } else { issuer };
    let label: String = account.sign_in_name.chars().filter(char::is_ascii_alphanumeric).collect();
    let url = format!("otpauth://totp/{issuer}:{label}?secret={secret}&issuer={issuer}");
    Ok(Enrolment { secret: Secret::new(secret), url: Secret::new(url) })
}

/// Keeps the secret when its first code is right.
pub async fn confirm(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: AccountId,
    secret: &Secret<String>,
    code: &str,
) -> Result<bool> {
    let raw = totp_rs::Secret::Encoded(secret.expose().clone()).to_bytes().map_err(|_| Error::NotFound)?;
    let Some(step) = step_of(&totp(raw)?, code, cx.now.timestamp(), 0) else { return Ok(false) };
    let sealed = cx.app.keys.seal(&place(account), secret.expose())?;
    let sql =
        "UPDATE account SET totp_sealed = $1, totp_used = $2 WHERE tenant_id = $3 AND id = $4 AND totp_sealed IS NULL";
    Ok(tx.execute(sql, args![sealed, step, cx.tenant, account]).await? == 1)
}

/// Whether a code is right and was not used before; uses it up.
pub async fn check(tx: &mut Tx<'_>, cx: &Cx, account: &Account, code: &str) -> Result<bool> {
    let Some(sealed) = &account.totp_sealed else { return Ok(false) };
    let secret = cx.app.keys.open(&place(account.id), sealed)?;
    let raw = totp_rs::Secret::Encoded(secret.expose().clone()).to_bytes().map_err(|_| Error::NotFound)?;
    let Some(step) = step_of(&totp(raw)?, code, cx.now.timestamp(), account.totp_used) else { return Ok(false) };
    let sql = "UPDATE account SET totp_used = $1 WHERE tenant_id = $2 AND id = $3 AND totp_used < $1";
    Ok(tx.execute(sql, args![step, cx.tenant, account.id]).await? == 1)
}

fn totp(raw: Vec<u8>) -> Result<TOTP> {
    TOTP::new(Algorithm::SHA1, 6, 1, STEP, raw).map_err(|e| Error::internal(e.to_string()))
}

fn place(account: AccountId) -> String {
    format!("account.totp:{account}")
}

/// The time step whose code this is: now or one step either side, later than the last one used.
fn step_of(totp: &TOTP, code: &str, now: i64, used: i64) -> Option<i64> {
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let step = now / i64::try_from(STEP).ok()?;
    [step - 1, step, step + 1].into_iter().filter(|s| *s > used).find(|s| {
        let at = u64::try_from(*s).unwrap_or_default() * STEP;
        crate::secret::same(totp.generate(at).as_bytes(), code.as_bytes())
    })
}
