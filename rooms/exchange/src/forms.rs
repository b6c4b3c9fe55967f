//! What the browser sends of an announcement, and what of it may exist.

use crate::model::{Announcement, Audience, NewAnnouncement, Part, Sender, Topic, Urgency};
use crate::{rules, senders};
use activities::ActivityId;
use chrono::NaiveDate;
use kernel::ids::Raw;
use kernel::policy::after;
use kernel::{Cx, Error, FieldErrors, Read as _, Result, Word, args, forms, row};
use organisations::{Kind, Organisation, OrganisationFilter, OrganisationId, Tree};
use serde::Deserialize;

/// Teams that can be named one by one.
const MOST_TEAMS: usize = 200;

/// Every field as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AnnouncementForm {
    /// In whose name: `district`, `region:…` or `team:…`; the widest of one's own when empty.
    pub from: String,
    pub title: String,
    pub urgency: String,
    pub kind: String,
    pub body: String,
    pub link: String,
    pub must_read: String,
    pub read_by: String,
    /// `teams` or `activity`.
    pub to: String,
    pub town: String,
    pub team_kind: Vec<String>,
    /// Names or numbers of teams, one a line.
    pub teams: String,
    pub role: String,
    pub activity: String,
}

impl AnnouncementForm {
    /// As it is for a new one.
    pub(crate) fn fresh() -> Self {
        Self {
            urgency: Urgency::Normal.to_string(),
            kind: Topic::Work.to_string(),
            to: "teams".to_owned(),
            role: Part::All.to_string(),
            ..Self::default()
        }
    }

    /// What is on record of a draft.
    pub(crate) async fn of(cx: &Cx, draft: &Announcement) -> Result<Self> {
        let ids: Vec<OrganisationId> = draft.teams.0.iter().map(|id| OrganisationId(*id)).collect();
        let mut teams = organisations::find_many(&cx.db, cx.tenant, &ids).await?;
        teams.sort_by(|one, other| one.sort_key.cmp(&other.sort_key));
        let from = match (draft.organisation_id, draft.region_code.as_str()) {
            (Some(team), _) => format!("team:{team}"),
            (None, "") => "district".to_owned(),
            (None, code) => format!("region:{code}"),
        };
        Ok(Self {
            from,
            title: draft.title.clone(),
            urgency: draft.urgency.to_string(),
            kind: draft.kind.to_string(),
            body: draft.body.clone(),
            link: draft.link.clone().unwrap_or_default(),
            must_read: if draft.must_read { "on".to_owned() } else { String::new() },
            read_by: draft.read_by.map(|day| day.to_string()).unwrap_or_default(),
            to: if draft.activity_id.is_some() { "activity".to_owned() } else { "teams".to_owned() },
            town: draft.town.clone(),
            team_kind: draft.team_kinds.0.clone(),
            teams: teams.into_iter().map(|team| team.name).collect::<Vec<_>>().join("\n"),
            role: draft.role.to_string(),
            activity: draft.activity_id.map(|id| id.to_string()).unwrap_or_default(),
        })
    }

    /// Whether a kind of team is ticked.
    pub(crate) fn has_kind(&self, kind: &Kind) -> bool {
        self.team_kind.iter().any(|typed| typed == kind.as_str())
    }

    /// A checked announcement, or every problem at once.
    ///
    /// # Errors
    /// `Forbidden` for who may speak for nobody, or for another.
    pub(crate) async fn check(&self, cx: &Cx) -> Result<std::result::Result<NewAnnouncement, FieldErrors>> {
        let sender = self.sender(cx).await?;
        let mut errors = FieldErrors::none();
        let title = errors.text("title", &self.title, 60);
        let urgency = errors.choice("urgency", &self.urgency);
        let kind = errors.choice("kind", &self.kind);
        let body = errors.text("body", &self.body, 4_000);
        let link = errors.optional_text("link", &self.link, 300);
        if link.as_deref().is_some_and(|link| !rules::is_link(link)) {
            errors.add("link", Word::new("exchange.form.link_wrong"));
        }
        let read_by = self.last_day(cx.today(), &mut errors);
        let audience = self.audience(cx, &sender, &mut errors).await?;
        let (Some(urgency), Some(kind), Some(audience), true) = (urgency, kind, audience, errors.is_empty()) else {
            return Ok(Err(errors));
        };
        Ok(Ok(NewAnnouncement { sender, title, body, link, urgency, kind, read_by, audience }))
    }

    /// In whose name; speaking for another is refused.
    async fn sender(&self, cx: &Cx) -> Result<Sender> {
        let mut all = senders::of(cx).await?;
        let at = if self.from.is_empty() { Some(0) } else { all.iter().position(|sender| sender.code == self.from) };
        match at.filter(|at| *at < all.len()) {
            Some(at) => Ok(all.swap_remove(at)),
            None => Err(Error::Forbidden(crate::policy::MANAGE.name)),
        }
    }

    /// Until when it must be read; a day is asked for where it must.
    fn last_day(&self, today: NaiveDate, errors: &mut FieldErrors) -> Option<NaiveDate> {
        if !forms::ticked(Some(&self.must_read)) {
            return None;
        }
        let day = errors.date("read_by", &self.read_by)?;
        if day < today || day > today + chrono::Days::new(366) {
            errors.add("read_by", Word::new("exchange.form.read_by_wrong"));
        }
        Some(day)
    }

    async fn audience(&self, cx: &Cx, sender: &Sender, errors: &mut FieldErrors) -> Result<Option<Audience>> {
        let all =
            Audience { town: String::new(), kinds: Vec::new(), teams: Vec::new(), role: Part::All, activity: None };
        if self.to == "activity" {
            let activity = self.held_activity(cx, sender, errors).await?;
            return Ok(activity.map(|activity| Audience { activity: Some(activity), ..all }));
        }
        let town = self.town.trim();
        let tree = places::tree(cx).await?;
        if !town.is_empty() && (!town.starts_with(&sender.region) || tree.find(town).is_none()) {
            errors.add("town", Word::new("form.choose"));
        }
        let kinds: Vec<Kind> = self.team_kind.iter().filter_map(|kind| kind.parse().ok()).collect();
        if kinds.len() != self.team_kind.len() {
            errors.add("team_kind", Word::new("form.choose"));
        }
        let teams = self.named_teams(cx, sender, errors).await?;
        let role = errors.choice("role", &self.role);
        Ok(role.map(|role| Audience { town: town.to_owned(), kinds, teams, role, ..all }))
    }

    /// The activity that was chosen, when it lies within the sender's reach.
    async fn held_activity(&self, cx: &Cx, sender: &Sender, errors: &mut FieldErrors) -> Result<Option<Raw>> {
        let Ok(id) = self.activity.trim().parse::<ActivityId>() else {
            errors.add("activity", Word::new("form.choose"));
            return Ok(None);
        };
        let found = match activities::find(&cx.db, cx.tenant, id).await {
            Ok(found) => Some(found),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        let within = found.is_some_and(|found| match &sender.team {
            Some(_) => found.organisation_path.starts_with(&sender.path),
            None => found.region_code.starts_with(&sender.region),
        });
        if !within {
            errors.add("activity", Word::new("form.choose"));
        }
        Ok(within.then_some(id.0))
    }

    /// The teams that are named, each by its number, its id or its whole name, when they lie within the sender's reach.
    async fn named_teams(&self, cx: &Cx, sender: &Sender, errors: &mut FieldErrors) -> Result<Vec<OrganisationId>> {
        let lines: Vec<&str> = self.teams.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.len() > MOST_TEAMS {
            errors.add("teams", Word::new("exchange.form.teams_many").with("most", MOST_TEAMS));
            return Ok(Vec::new());
        }
        let within = |team: &Organisation| match &sender.team {
            Some(_) => team.path.starts_with(&sender.path),
            None => team.region_code.starts_with(&sender.region),
        };
        let mut all = Vec::with_capacity(lines.len());
        for line in lines {
            let mut found: Vec<Organisation> = match line.parse::<OrganisationId>() {
                Ok(id) => organisations::find_many(&cx.db, cx.tenant, &[id]).await?,
                Err(_) => match organisations::find_by_number(&cx.db, cx.tenant, Tree::Team, line).await? {
                    Some(team) => vec![team],
                    None => organisations::find_by_name(&cx.db, cx.tenant, Tree::Team, line).await?,
                },
            };
            found.retain(|team| team.tree == Tree::Team && within(team));
            match found.as_slice() {
                [team] => all.push(team.id),
                [] => errors.add("teams", Word::new("exchange.form.team_unknown").with("name", line)),
                _ => errors.add("teams", Word::new("exchange.form.team_twice").with("name", line)),
            }
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }
}

row! {
    /// An activity whose people can be told something.
    pub(crate) struct Choice {
        pub id: Raw,
        pub title: String,
        pub starts_on: NaiveDate,
    }
}

/// The activities that go on or come, within the reach of these senders, the next first; 100 at most.
pub(crate) async fn activities_of(cx: &Cx, senders: &[Sender]) -> Result<Vec<Choice>> {
    let mut all: Vec<Choice> = Vec::new();
    for sender in senders {
        let (column, prefix) = match &sender.team {
            Some(_) => ("organisation_path", &sender.path),
            None => ("region_code", &sender.region),
        };
        let sql = format!(
            "SELECT id, title, starts_on FROM activity WHERE tenant_id = $1 AND state IN ('open', 'running')
               AND {column} >= $2 AND {column} < $3 ORDER BY starts_on, id LIMIT 100"
        );
        all.extend(cx.db.all::<Choice>(&sql, args![cx.tenant, prefix, after(prefix)]).await?);
    }
    all.sort_by_key(|one| (one.starts_on, one.id));
    all.dedup_by_key(|one| one.id);
    all.truncate(100);
    Ok(all)
}

/// Whether somebody has teams below them that can be told apart.
pub(crate) async fn has_teams(cx: &Cx) -> Result<bool> {
    let filter = OrganisationFilter::default();
    Ok(organisations::count(&cx.db, cx.tenant, &filter, &cx.reach(crate::policy::MANAGE)).await? > 1)
}
