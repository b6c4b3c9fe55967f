//! Search: one table of tokens under a B-tree, the same on both engines. A Chinese name is found by any part of it, by
//! pinyin from the start and by initials; a phone by its last four digits.

use crate::db::{Conditions, Db, Read, Tx, Value};
use crate::error::Result;
use crate::ids::{Raw, TenantId};
use crate::{args, row};
use pinyin::ToPinyin as _;

/// Surnames that are read otherwise than the character mostly is.
const SURNAMES: &[(char, &str)] = &[
    ('曾', "zeng"),
    ('单', "shan"),
    ('仇', "qiu"),
    ('区', "ou"),
    ('解', "xie"),
    ('查', "zha"),
    ('朴', "piao"),
    ('盖', "ge"),
    ('任', "ren"),
    ('尉', "wei"),
    ('冼', "xian"),
    ('翟', "zhai"),
    ('覃', "qin"),
    ('乐', "yue"),
];

/// The pinyin of a name: in full and initials, lower case without tones.
#[must_use]
pub fn pinyin(name: &str) -> (String, String) {
    let (mut full, mut initials) = (String::new(), String::new());
    for (at, letter) in name.chars().enumerate() {
        let surname = SURNAMES.iter().find(|(s, _)| at == 0 && *s == letter).map(|(_, p)| *p);
        let plain = surname.or_else(|| letter.to_pinyin().map(|p| p.plain()));
        match plain {
            Some(sound) => {
                full.push_str(sound);
                initials.push_str(&sound[..1]);
            }
            None if letter.is_ascii_alphanumeric() => {
                full.push(letter.to_ascii_lowercase());
                initials.push(letter.to_ascii_lowercase());
            }
            None => {}
        }
    }
    (full, initials)
}

/// What people sort names by: pinyin, then the name itself.
#[must_use]
pub fn sort_key(name: &str) -> String {
    format!("{} {name}", pinyin(name).0)
}

/// The tokens of a name or title.
#[must_use]
pub fn tokens(name: &str) -> Vec<String> {
    let clean = fold(name);
    let letters: Vec<char> = clean.chars().collect();
    let mut tokens = Vec::with_capacity(letters.len() * 2 + 3);
    for (at, letter) in letters.iter().enumerate() {
        tokens.push(letter.to_string());
        if let Some(next) = letters.get(at + 1) {
            tokens.push(format!("{letter}{next}"));
        }
    }
    let (full, initials) = pinyin(&clean);
    tokens.push(full);
    tokens.push(initials);
    tokens.retain(|t| !t.is_empty());
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The cells of `search_token` for one object; `extra` are exact tokens such as a number or a phone's tail.
#[must_use]
pub fn cells(tenant: TenantId, kind: &str, object: Raw, text: &str, extra: &[String]) -> Vec<Vec<Value>> {
    let mut all = tokens(text);
    all.extend(extra.iter().filter(|t| !t.is_empty()).map(|t| fold(t)));
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|token| args![tenant, kind, token, object].to_vec()).collect()
}

/// The head for `Tx::insert_many` of `cells`.
pub const INSERT: &str = "INSERT INTO search_token (tenant_id, kind, token, object_id)";

/// Puts an object under its tokens, instead of those that it had.
pub async fn index(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    kind: &str,
    object: Raw,
    text: &str,
    extra: &[String],
) -> Result<()> {
    tx.execute("DELETE FROM search_token WHERE tenant_id = $1 AND object_id = $2", args![tenant, object]).await?;
    tx.insert_many(INSERT, "ON CONFLICT DO NOTHING", &cells(tenant, kind, object, text, extra)).await?;
    Ok(())
}

row! { struct Hit { object_id: Raw } }

/// The condition that keeps the objects which match `query`, for a list of rows with an `id`; whether anything was asked.
pub fn narrow(wanted: &mut Conditions, tenant: TenantId, kind: &str, query: &str) -> bool {
    narrow_by(wanted, "id", tenant, kind, query)
}

/// The same for a list that calls the object's id `column`.
pub fn narrow_by(wanted: &mut Conditions, column: &'static str, tenant: TenantId, kind: &str, query: &str) -> bool {
    let parts = plan(query);
    for part in &parts {
        if part.is_ascii() {
            wanted.and_in(
                column,
                "SELECT object_id FROM search_token WHERE tenant_id = ? AND kind = ? AND token >= ? AND token < ?",
                args![tenant, kind, part, crate::policy::after(part)],
            );
        } else {
            wanted.and_in(
                column,
                "SELECT object_id FROM search_token WHERE tenant_id = ? AND kind = ? AND token = ?",
                args![tenant, kind, part],
            );
        }
    }
    !parts.is_empty()
}

/// Chinese is looked up by its pairs (all must be there) or its one character, each a token as it stands; letters and digits as
/// the beginning of a token.
fn plan(query: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for word in query.split_whitespace() {
        let letters: Vec<char> = fold(word).chars().collect();
        if letters.iter().all(char::is_ascii) {
            parts.push(letters.into_iter().collect());
        } else if letters.len() == 1 {
            parts.push(letters[0].to_string());
        } else {
            parts.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
        }
    }
    parts.retain(|p: &String| !p.is_empty());
    parts.truncate(6);
    parts
}

/// The first ids of a kind that match, in no order.
pub async fn find(db: &Db, tenant: TenantId, kind: &str, query: &str, limit: i64) -> Result<Vec<Raw>> {
    let parts = plan(query);
    let Some((first, rest)) = parts.split_first() else { return Ok(Vec::new()) };
    let mut wanted = match first.is_ascii() {
        true => Conditions::new(
            "tenant_id = ? AND kind = ? AND token >= ? AND token < ?",
            args![tenant, kind, first, crate::policy::after(first)],
        ),
        false => Conditions::new("tenant_id = ? AND kind = ? AND token = ?", args![tenant, kind, first]),
    };
    for part in rest {
        wanted.and(
            "object_id IN (SELECT object_id FROM search_token WHERE tenant_id = ? AND kind = ? AND token >= ? AND token < ?)",
            args![tenant, kind, part, crate::policy::after(part)],
        );
    }
    let tail = wanted.tail(" LIMIT ?", args![limit]);
    let hits: Vec<Hit> =
        db.all(&format!("SELECT DISTINCT object_id FROM search_token WHERE {tail}"), wanted.args()).await?;
    Ok(hits.into_iter().map(|h| h.object_id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_part_pinyin_and_initials() {
        let found = tokens("区志明");
        for wanted in ["志明", "区", "ouzhiming", "ozm"] {
            assert!(found.iter().any(|t| t == wanted), "{wanted} in {found:?}");
        }
        assert_eq!(plan("陈慧敏"), ["陈慧", "慧敏"]);
        assert_eq!(plan("chenhui 0013"), ["chenhui", "0013"]);
    }
}
