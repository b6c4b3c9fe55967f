//! The part of the form that says whom an activity takes on, and when.

use super::ActivityForm;
use crate::model::{Asked, Exclusive, Invited, NewSession, Quota, Recruitment, Scope, Way};
use chrono::{DateTime, Utc};
use kernel::secret::Secret;
use kernel::{Cx, FieldErrors, Word};
use organisations::Organisation;
use people::certificates::CertificateKind;
use places::Site;
use std::collections::HashMap;

/// What had to be looked up before a form can be checked.
pub(crate) struct Known<'k> {
    /// The chosen site.
    pub site: Option<&'k Site>,
    /// The teams that are named anywhere, by what was typed, or what is wrong with that name.
    pub teams: HashMap<String, Result<Organisation, Word>>,
    /// The activities that are named as exclusive, or what is wrong with a line of them.
    pub exclusive: Result<Vec<Exclusive>, Word>,
    /// The kinds of certificates that can be asked for.
    pub kinds: Vec<CertificateKind>,
    /// Whether the draft has a pass code already.
    pub has_code: bool,
}

impl ActivityForm {
    /// The lines in which invited teams stand.
    pub(crate) fn invited_lines(&self) -> impl Iterator<Item = &str> {
        self.invited.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// Every team that is named anywhere.
    pub(crate) fn named_teams(&self) -> Vec<&str> {
        let kept = self.quota.iter().flat_map(|text| parts(text)).map(|(name, _)| name);
        self.invited_lines().chain(kept).collect()
    }

    /// The places of a post that are kept for teams, at most so many.
    pub(super) fn quotas(&self, text: &str, places: i64, known: &Known<'_>) -> Result<Vec<Quota>, Word> {
        let mut all: Vec<Quota> = Vec::new();
        for (name, places) in parts(text) {
            let team = match known.teams.get(name) {
                Some(Ok(team)) => team,
                Some(Err(word)) => return Err(word.clone()),
                None => return Err(Word::new("activity.form.invited_unknown").with("name", name)),
            };
            let places = places.ok_or_else(|| Word::new("activity.form.quota_shape"))?;
            all.push(Quota { team: team.id, name: team.name.clone(), path: team.path.clone(), places, taken: 0 });
        }
        if all.iter().map(|q| q.places).sum::<i64>() > places {
            return Err(Word::new("activity.form.quota_many"));
        }
        Ok(all)
    }

    /// Until when the places of a session are kept: the end of the chosen day, else the day before.
    pub(super) fn kept_until(&self, starts_at: DateTime<Utc>, errors: &mut FieldErrors) -> DateTime<Utc> {
        let chosen = match self.free_on.trim() {
            "" => None,
            text => errors.date("free_on", text).and_then(|day| day.succ_opt()).map(kernel::time::day_start),
        };
        chosen.unwrap_or(starts_at - chrono::Duration::hours(24)).min(starts_at)
    }

    /// How places are given; a draw needs a day on which wishes end, and time between them and the first session.
    pub(super) fn way(&self, (sessions, closes_at): (&[NewSession], DateTime<Utc>), errors: &mut FieldErrors) -> Way {
        let way = if self.way.trim().is_empty() {
            Way::FirstCome
        } else {
            errors.choice("way", &self.way).unwrap_or_default()
        };
        let first = sessions.iter().map(|s| s.starts_at).min();
        let late = first.is_none_or(|first| closes_at > first - chrono::Duration::hours(1));
        if way == Way::Draw && (self.closes_on.trim().is_empty() || late) {
            errors.add("closes_on", Word::new("activity.form.draw_closes"));
        }
        way
    }

    /// The lines in which other activities stand.
    pub(crate) fn exclusive_lines(&self) -> impl Iterator<Item = &str> {
        self.exclusive.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// What one has to be able to do, word by word.
    pub(super) fn skills(&self, errors: &mut FieldErrors) -> Vec<String> {
        let text = errors.optional_text("skills", &self.skills, 100).unwrap_or_default();
        let words = text.split(['、', '，', ',', '；', ';', '\n']).map(str::trim).filter(|word| !word.is_empty());
        words.map(str::to_owned).take(6).collect()
    }

    /// Which certificates are asked for; one that has ended stays where it was asked for, and is not asked for anew.
    fn certificates(&self, known: &Known<'_>, errors: &mut FieldErrors) -> Vec<Asked> {
        let kind = |typed: &String| known.kinds.iter().find(|kind| kind.id.to_string() == *typed);
        let found: Vec<Asked> = self
            .certificate
            .iter()
            .filter(|typed| !typed.trim().is_empty())
            .filter_map(|typed| {
                let found = kind(typed).map(|kind| Asked { kind: kind.id, name: kind.name.clone() });
                if found.is_none() {
                    errors.add("certificate", Word::new("form.choose"));
                }
                found
            })
            .collect();
        if found.len() > 5 {
            errors.add("certificate", Word::new("certificate.form.five"));
        }
        found
    }

    pub(super) fn is_backfill(&self) -> bool {
        self.scope == Scope::Backfill.as_str()
    }

    pub(super) fn recruitment(
        &self,
        (scope, region): (Option<Scope>, &str),
        (sessions, closes_at): (&[NewSession], DateTime<Utc>),
        known: &Known<'_>,
        errors: &mut FieldErrors,
    ) -> Recruitment {
        let invited = self.invited_teams(known, errors);
        if scope == Some(Scope::Teams) && invited.is_empty() && errors.of("invited").is_none() {
            errors.add("invited", Word::new("activity.form.invited_missing"));
        }
        let exclusive = known.exclusive.clone().unwrap_or_else(|word| {
            errors.add("exclusive", word);
            Vec::new()
        });
        let residents = match self.residents.as_str() {
            "town" => region.get(..9).unwrap_or(region),
            "community" => region,
            _ => "",
        };
        let takes = matches!(scope, Some(Scope::Teams | Scope::Hidden));
        Recruitment {
            invited: if takes { invited } else { Vec::new() },
            pass_code: self.new_pass_code(scope, known, errors),
            way: self.way((sessions, closes_at), errors),
            handover_asks: self.handover_asks == "on",
            skills: self.skills(errors),
            certificates: self.certificates(known, errors),
            residents: residents.to_owned(),
            exclusive,
        }
    }

    fn invited_teams(&self, known: &Known<'_>, errors: &mut FieldErrors) -> Vec<Invited> {
        let mut invited: Vec<Invited> = Vec::new();
        for line in self.invited_lines() {
            match known.teams.get(line) {
                Some(Ok(team)) if invited.iter().any(|i| i.team == team.id) => {}
                Some(Ok(team)) => invited.push(Invited { team: team.id, name: team.name.clone() }),
                Some(Err(word)) if errors.of("invited").is_none() => errors.add("invited", word.clone()),
                _ => {}
            }
        }
        invited
    }

    /// The pass code that was typed; a draft that has one keeps it when nothing is typed.
    fn new_pass_code(
        &self,
        scope: Option<Scope>,
        known: &Known<'_>,
        errors: &mut FieldErrors,
    ) -> Option<Secret<String>> {
        let typed = self.pass_code.trim();
        if scope != Some(Scope::PassCode) || (typed.is_empty() && known.has_code) {
            return None;
        }
        let is_code = (4..=6).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_digit());
        if !is_code {
            errors.add("pass_code", Word::new("activity.form.pass_code_shape"));
        }
        is_code.then(|| Secret::new(typed.to_owned()))
    }

    /// Sign-up runs from publication, or a day, until the last session begins, or the end of a day.
    pub(super) fn recruiting(
        &self,
        cx: &Cx,
        sessions: &[NewSession],
        errors: &mut FieldErrors,
    ) -> (DateTime<Utc>, DateTime<Utc>) {
        if self.is_backfill() {
            return (cx.now, cx.now);
        }
        let opens = match self.opens_on.trim() {
            "" => cx.now,
            text => errors.date("opens_on", text).map_or(cx.now, kernel::time::day_start),
        };
        let last = sessions.iter().map(NewSession::last_call).max().unwrap_or(cx.now);
        let closes = match self.closes_on.trim() {
            "" => last,
            text => errors
                .date("closes_on", text)
                .and_then(|day| day.succ_opt())
                .map_or(last, |next| last.min(kernel::time::day_start(next) - chrono::Duration::seconds(1))),
        };
        if !sessions.is_empty() && closes <= opens {
            errors.add("closes_on", Word::new("activity.form.closes"));
        }
        (opens, closes)
    }

    pub(super) fn limits(&self, errors: &mut FieldErrors) -> (Option<i64>, Option<i64>, i64) {
        let least = errors.optional_whole("min_age", &self.min_age, 8, 90);
        let most = errors.optional_whole("max_age", &self.max_age, 8, 120);
        if let (Some(least), Some(most)) = (least, most)
            && most < least
        {
            errors.add("max_age", Word::new("activity.form.ages"));
        }
        let hours = errors.optional_whole("min_hours", &self.min_hours, 0, 1000);
        (least, most, hours.unwrap_or(0) * 60)
    }
}

/// `队伍 5；另一队 3`: names with how many places are kept for each; none where no number stands.
fn parts(text: &str) -> impl Iterator<Item = (&str, Option<i64>)> {
    let parts = text.split(['；', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| {
        let part = part.trim_end_matches('人').trim_end();
        let name = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let places = part[name.len()..].parse().ok().filter(|n| (1..=10_000).contains(n));
        (name.trim_end_matches([' ', '\u{3000}', ':', '：']), places)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn kept_places_are_read_as_people_write_them() {
        let read = |text: &'static str| super::parts(text).collect::<Vec<_>>();
        assert_eq!(read("护河队 5；助餐队：3人"), [("护河队", Some(5)), ("助餐队", Some(3))]);
        assert_eq!(read(" 护河队; "), [("护河队", None)]);
        assert!(read("").is_empty());
    }
}
