//! Which heading means which field. Only headings that are known word for word are taken; the rest is left for the clerk
//! to tell.

mod teams;
mod volunteers;

use std::collections::BTreeMap;

use people::rules::narrow;

/// What a roster lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One volunteer a row.
    Volunteers,
    /// One team a row.
    Teams,
}

macro_rules! fields {
    ($($(#[$words:meta])* $name:ident = $key:literal,)*) => {
        /// What a column holds, in either kind of roster.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field { $($(#[$words])* $name,)* }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in map files and in answers.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

fields! {
    /// The person's or the team's name.
    Name = "name",
    /// 1 or 2 of GB/T 2261.1, or a word.
    Sex = "sex",
    /// The number of the identity document.
    IdNumber = "id_number",
    /// Which document.
    IdType = "id_type",
    /// Day of birth, or month under a heading that asks for the month.
    BirthDate = "birth_date",
    /// Mobile or landline.
    Phone = "phone",
    /// The names (or numbers) of the person's teams.
    Team = "team",
    /// The numbers of the person's teams, beside their names.
    TeamNumber = "team_number",
    /// What the person does in the team.
    Role = "role",
    /// Party branch.
    Branch = "branch",
    /// GB/T 4762, or a stage on the way to membership.
    PoliticalStatus = "political_status",
    /// Day of joining the Party.
    JoinedPartyOn = "joined_party_on",
    /// GB/T 4658.
    Education = "education",
    /// GB/T 3304.
    Ethnicity = "ethnicity",
    /// Place of work.
    Employer = "employer",
    /// Town or street.
    Town = "town",
    /// Community or village.
    Community = "community",
    /// Where the person lives.
    Address = "address",
    /// What the person is good at.
    Skills = "skills",
    /// E-mail.
    Email = "email",
    /// Day of becoming a volunteer.
    JoinedOn = "joined_on",
    /// Anything else.
    Remark = "remark",
    /// The number that this system gave.
    VolunteerNo = "volunteer_no",
    /// Who stands for a minor.
    GuardianName = "guardian_name",
    /// What they are to the minor.
    GuardianRelation = "guardian_relation",
    /// Their phone.
    GuardianPhone = "guardian_phone",
    /// Day on which they signed.
    GuardianAgreedOn = "guardian_agreed_on",
    /// A team's own number.
    Number = "number",
    /// What kind of team.
    TeamKind = "kind",
    /// Who leads the team.
    LeaderName = "leader_name",
    /// The leader's phone.
    LeaderPhone = "leader_phone",
    /// Day of the team's founding.
    FoundedOn = "founded_on",
    /// Whom to ask.
    Contact = "contact",
    /// Their phone.
    ContactPhone = "contact_phone",
    /// The team or body above.
    Parent = "parent",
}

impl Field {
    /// The field of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.key() == key)
    }
}

/// Which column holds which field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    fields: Vec<Option<Field>>,
    /// Columns whose heading means a field that an earlier column has: they are not read.
    pub doubled: Vec<(usize, Field)>,
}

impl Mapping {
    /// The field of a column, from 0.
    pub fn field(&self, column: usize) -> Option<Field> {
        self.fields.get(column).copied().flatten()
    }

    /// The column of a field, from 0.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().position(|held| *held == Some(field))
    }

    /// The fields that have a column, with it, from left to right.
    pub fn known(&self) -> impl Iterator<Item = (usize, Field)> {
        self.fields.iter().enumerate().filter_map(|(column, field)| field.map(|field| (column, field)))
    }
}

/// Guesses the fields of headings, each given with the one above it (empty in a heading of one row). `told` is the clerk's
/// own map from heading to field and goes first; its `None` leaves a column out.
pub fn guess(kind: Kind, headings: &[(String, String)], told: &BTreeMap<String, Option<Field>>) -> Mapping {
    let mut mapping = Mapping::default();
    for (column, (above, heading)) in headings.iter().enumerate() {
        let field = told_field(told, above, heading).unwrap_or_else(|| guessed(kind, &mapping, (above, heading)));
        match field {
            Some(field) if mapping.column(field).is_some() => {
                mapping.doubled.push((column, field));
                mapping.fields.push(None);
            }
            field => mapping.fields.push(field),
        }
    }
    mapping
}

fn guessed(kind: Kind, mapping: &Mapping, (above, heading): (&str, &str)) -> Option<Field> {
    let known = field_of(kind, above, heading);
    let free = known.is_some_and(|field| mapping.column(field).is_none());
    if free { known } else { beside(mapping, heading).or(known) }
}

/// What a heading means that follows a guardian's: 监护人, 关系, 电话. Elsewhere it could be anybody's.
fn beside(mapping: &Mapping, heading: &str) -> Option<Field> {
    let last = mapping.fields.last().copied().flatten()?;
    if !matches!(last, Field::GuardianName | Field::GuardianRelation | Field::GuardianPhone) {
        return None;
    }
    match plain(heading).as_str() {
        "关系" | "与本人关系" | "与志愿者关系" | "与孩子关系" | "与学生关系" | "称谓" => {
            Some(Field::GuardianRelation)
        }
        "电话" | "手机" | "手机号" | "手机号码" | "联系电话" | "联系方式" | "电话号码" => {
            Some(Field::GuardianPhone)
        }
        "签字日期" | "签名日期" | "签署日期" | "日期" => Some(Field::GuardianAgreedOn),
        _ => None,
    }
}

fn told_field(told: &BTreeMap<String, Option<Field>>, above: &str, heading: &str) -> Option<Option<Field>> {
    if told.is_empty() {
        return None;
    }
    let wanted = [plain(&format!("{above}{heading}")), plain(heading)];
    told.iter().find(|(name, _)| wanted.contains(&plain(name))).map(|(_, field)| *field)
}

fn field_of(kind: Kind, above: &str, heading: &str) -> Option<Field> {
    if kind == Kind::Volunteers && ["监护", "家长"].iter().any(|other| above.contains(other)) {
        let together = [plain(&format!("监护人{heading}")), bare(&format!("监护人{heading}"))];
        return [plain(heading), bare(heading)].iter().chain(&together).find_map(|name| guardian(name));
    }
    if ["紧急", "监护", "家属", "家长", "父亲", "母亲", "配偶", "介绍人", "推荐人"]
        .iter()
        .any(|other| above.contains(other))
    {
        return None;
    }
    let (above_plain, above_bare) = (plain(above), bare(above));
    let names = [plain(heading), bare(heading)];
    let together = [format!("{above_plain}{}", names[0]), format!("{above_bare}{}", names[1])];
    names.iter().chain(&together).filter(|name| !name.is_empty()).find_map(|name| match kind {
        Kind::Volunteers => of_volunteers(name),
        Kind::Teams => of_teams(name),
    })
}

/// Without spaces, stars, colons and brackets; small letters. What brackets hold is kept: 村（居） is 村居.
pub(super) fn plain(heading: &str) -> String {
    narrow(heading)
        .chars()
        .filter(|c| !c.is_whitespace() && !"*:()[]【】★☆#/_-·.、\"'".contains(*c))
        .collect::<String>()
        .to_lowercase()
}

/// The same without what brackets hold: 手机号码（11 位） is 手机号码.
fn bare(heading: &str) -> String {
    let mut depth = 0_usize;
    let outside: String = narrow(heading)
        .chars()
        .filter(|c| {
            match c {
                '(' | '[' | '【' => depth += 1,
                ')' | ']' | '】' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect();
    plain(&outside)
}

fn of_volunteers(name: &str) -> Option<Field> {
    volunteers::NAMES.iter().find(|(_, words)| words.contains(&name)).map(|(field, _)| *field)
}

/// Below 「监护人」 or 「家长」 a heading means theirs, and nothing else.
fn guardian(name: &str) -> Option<Field> {
    of_volunteers(name).filter(|field| {
        use Field::{GuardianAgreedOn, GuardianName, GuardianPhone, GuardianRelation};
        matches!(field, GuardianName | GuardianRelation | GuardianPhone | GuardianAgreedOn)
    })
}

fn of_teams(name: &str) -> Option<Field> {
    teams::NAMES.iter().find(|(_, words)| words.contains(&name)).map(|(field, _)| *field)
}
