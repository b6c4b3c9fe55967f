//! A gateway over HTTPS, for SMS and WeCom: a JSON body made of the keeper's template, signed over time, id and body.

use super::channels::Letter;
use super::post::Outcome;
use crate::dial::{Dial, DialError};
use crate::secret::Secret;
use anyhow::{Context as _, bail};
use axum::http::Uri;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

/// The keeper's gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    url: Uri,
    template: Value,
    secret: Secret<String>,
    token: Option<Secret<String>>,
    taken: Option<(String, String)>,
    dial: Dial,
}

/// What a template may name.
const PLACES: [&str; 5] = ["{to}", "{text}", "{url}", "{id}", "{time}"];

impl Gateway {
    /// A gateway by its address and the body that it wants; `{to} {text} {url} {id} {time}` are filled in.
    ///
    /// # Errors
    /// When the address is not https, the template is no JSON or names nobody, or the secret is too short to sign with.
    pub fn new(url: &str, template: &str, secret: Secret<String>, dial: Dial) -> anyhow::Result<Self> {
        let url: Uri = url.parse().with_context(|| format!("the gateway {url} is no address"))?;
        dial.check(&url).map_err(|e| anyhow::anyhow!("the gateway {url} is refused: {e}"))?;
        let body: Value = serde_json::from_str(template).context("the gateway's template is no JSON")?;
        if !PLACES[..2].iter().all(|place| template.contains(place)) {
            bail!("the gateway's template lacks {{to}} or {{text}}");
        }
        if secret.expose().chars().count() < 16 {
            bail!("the gateway's secret is shorter than 16 characters");
        }
        Ok(Self { url, template: body, secret, token: None, taken: None, dial })
    }

    /// With a token that the gateway asks for.
    #[must_use]
    pub fn with_token(mut self, token: Option<Secret<String>>) -> Self {
        self.token = token;
        self
    }

    /// Where the answer says that it was taken, for gateways that answer 200 to everything: a JSON pointer and its text.
    #[must_use]
    pub fn taken_when(mut self, taken: Option<(String, String)>) -> Self {
        self.taken = taken;
        self
    }

    pub(super) fn described(&self) -> String {
        format!("by the gateway {}", self.url.host().unwrap_or_default())
    }

    pub(super) async fn send(&self, letter: &Letter) -> Outcome {
        let time = letter.at.to_string();
        let values = [letter.to.expose(), &letter.text, &letter.link, &letter.id, &time].map(String::as_str);
        let body = filled(&self.template, &values).to_string();
        let signed = signature(self.secret.expose(), &time, &letter.id, &body);
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("x-qiyi-id", letter.id.clone()),
            ("x-qiyi-time", time),
            ("x-qiyi-signature", signed),
        ];
        headers.extend(self.token.as_ref().map(|token| ("authorization", format!("Bearer {}", token.expose()))));
        match self.dial.post(&self.url, &headers, body).await {
            Ok(reply) => self.judged(reply.status, &reply.body),
            Err(DialError::Refused(why)) => Outcome::Never(format!("https {why}")),
            Err(DialError::Away(why)) => Outcome::Later(format!("https {why}")),
        }
    }

    fn judged(&self, status: u16, body: &[u8]) -> Outcome {
        match status {
            200..=299 => {
                let Some((pointer, wanted)) = &self.taken else { return Outcome::Sent };
                let answer: Value = serde_json::from_slice(body).unwrap_or_default();
                let found = match answer.pointer(pointer) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => String::new(),
                };
                // A code of the gateway's own, cut short: it is shown to the keeper.
                let code: String = found.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
                if found == *wanted { Outcome::Sent } else { Outcome::Never(format!("gateway {code}")) }
            }
            408 | 425 | 429 | 500..=599 => Outcome::Later(format!("http {status}")),
            _ => Outcome::Never(format!("http {status}")),
        }
    }
}

/// `v1=` and the HMAC-SHA256 over time, id and body, each ended by a line break but the last, in hexadecimal digits.
#[must_use]
pub fn signature(secret: &str, time: &str, id: &str, body: &str) -> String {
    let mut mac =
        <Hmac<Sha256> as hmac::Mac>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    for part in [time, "\n", id, "\n", body] {
        mac.update(part.as_bytes());
    }
    let digits = hex::encode(mac.finalize().into_bytes());
    format!("v1={digits}")
}

/// The template with its places filled; what a value says is not filled again and stays inside its text.
fn filled(template: &Value, values: &[&str; 5]) -> Value {
    match template {
        Value::String(text) => Value::String(places(text, values)),
        Value::Array(list) => list.iter().map(|v| filled(v, values)).collect(),
        Value::Object(members) => members.iter().map(|(name, v)| (name.clone(), filled(v, values))).collect(),
        other => other.clone(),
    }
}

fn places(text: &str, values: &[&str; 5]) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match PLACES.iter().position(|place| rest.starts_with(place)) {
            Some(found) => {
                out.push_str(values[found]);
                rest = &rest[PLACES[found].len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_inside_its_texts_and_only_once() {
        let template = serde_json::json!({ "touser": ["{to}"], "m": { "content": "{text} {url} {x} {" }, "n": 7 });
        let made = filled(&template, &["138", "a\"},{to}", "https://q/", "1", "2"]);
        assert_eq!(
            made,
            serde_json::json!({ "touser": ["138"], "m": { "content": "a\"},{to} https://q/ {x} {" }, "n": 7 })
        );
    }

    #[test]
    fn a_gateway_that_is_not_safe_is_not_taken() {
        let new = |url: &str, template: &str, secret: &str| {
            Gateway::new(url, template, Secret::new(secret.to_owned()), Dial::default()).map(drop)
        };
        let (template, secret) = (r#"{"to":"{to}","text":"{text}"}"#, "sixteen letters.");
        assert!(new("https://sms.example.cn/send", template, secret).is_ok());
        for (url, template, secret) in [
            ("http://sms.example.cn/send", template, secret),
            ("https://user:pw@sms.example.cn/", template, secret),
            ("/send", template, secret),
            ("https://sms.example.cn/send", r#"{"to":"{to}"}"#, secret),
            ("https://sms.example.cn/send", "to={to} {text}", secret),
            ("https://sms.example.cn/send", template, "short"),
        ] {
            assert!(new(url, template, secret).is_err(), "{url} {template} {secret}");
        }
    }
}
