//! A roster of volunteers made checked rows: what a row says for certain, or why it was not taken.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use kernel::tables::Cell;
use people::rules::{
    date::{self, DateError, MonthOnly},
    identity::{self, Identity, IdentityError, Sex},
    name,
    phone::Phone,
    volunteer_number,
};

use super::{
    cells::{Reader, Refusal, TeamRef},
    columns::Field,
    guardian::{self, Stands},
    layout::{Layout, Table},
    vocabulary,
};

pub use super::vocabulary::{Political, Stage};

/// What a roster came to.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// The rows that can be taken, in the order of the file.
    pub rows: Vec<VolunteerRow>,
    /// Why the other rows cannot: one for each cell that is wrong, in the order of the file; rows that only contradict
    /// another row come last.
    pub refused: Vec<Refusal>,
    /// Rows read: those taken and those refused.
    pub read: usize,
}

impl Roster {
    /// Rows refused, however many reasons each has.
    pub fn refused_rows(&self) -> usize {
        self.refused.iter().map(|refusal| (&refusal.sheet, refusal.row)).collect::<BTreeSet<_>>().len()
    }
}

/// How a row stands to the rows of the same person before it in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The first of this person.
    First,
    /// The same person in another team; the index in `Roster::rows` of the first.
    Joins(usize),
    /// The same person and nothing new; the index in `Roster::rows` of the first.
    Repeats(usize),
}

/// A row that can be taken. Absent means that the roster does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct VolunteerRow {
    /// The name on the tab; empty for a csv.
    pub sheet: String,
    /// The row as the spreadsheet counts it.
    pub row: u32,
    /// Cleaned.
    pub name: String,
    /// Checked; unique in the file but for rows that join or repeat.
    pub identity: Identity,
    /// The document's, else the column's.
    pub sex: Option<Sex>,
    /// The document's, else the column's.
    pub birth_date: Option<NaiveDate>,
    /// Several people may share one.
    pub phone: Option<Phone>,
    /// As the row names them.
    pub teams: Vec<TeamRef>,
    /// What the person does in them, as written.
    pub role: Option<String>,
    /// Party branch, as written.
    pub branch: Option<String>,
    /// GB/T 4762, or the stage.
    pub political: Option<Political>,
    /// The first of the month when the roster tells no day.
    pub joined_party_on: Option<NaiveDate>,
    /// GB/T 4658.
    pub education: Option<&'static str>,
    /// GB/T 3304.
    pub ethnicity: Option<&'static str>,
    /// As written.
    pub employer: Option<String>,
    /// As written.
    pub town: Option<String>,
    /// As written.
    pub community: Option<String>,
    /// As written.
    pub address: Option<String>,
    /// As written.
    pub skills: Option<String>,
    /// In small letters.
    pub email: Option<String>,
    /// The first of the month when the roster tells no day.
    pub joined_on: Option<NaiveDate>,
    /// As written.
    pub remark: Option<String>,
    /// Checked by its check character.
    pub volunteer_no: Option<String>,
    /// Who stands for a minor.
    pub stands: Stands,
    /// How it stands to earlier rows of the same person.
    pub standing: Standing,
}

/// Checks all rosters of a workbook together; `today` is the Beijing day.
pub fn check(layout: &Layout<'_>, today: NaiveDate) -> Roster {
    let mut roster = Roster::default();
    for table in &layout.tables {
        if table.mapping.column(Field::IdNumber).is_none() {
            let mut reader = Reader::new(table, 0, today);
            reader.refuse(Field::IdNumber, "import.refused.column_missing");
            roster
                .refused
                .extend(reader.refusals.into_iter().map(|refusal| Refusal { row: table.heading_row, ..refusal }));
            continue;
        }
        let rounded = is_rounded(table, today);
        roster.read += table.rows.len();
        for row in &table.rows {
            match read(table, *row, rounded, today) {
                Ok(row) => roster.rows.push(row),
                Err(refusals) => roster.refused.extend(refusals),
            }
        }
    }
    compare(&mut roster);
    roster
}

/// Whether the column of numbers went through a spreadsheet as numbers: a text that ends in 000 and fails its check
/// character is the sign, and then one that ends in 000 and passes it (1 of 11 does) is no better.
fn is_rounded(table: &Table<'_>, today: NaiveDate) -> bool {
    table.rows.iter().any(|row| match table.cell(*row, Field::IdNumber) {
        Cell::Text(text) if text.contains("000") => {
            identity::ends_rounded(text.trim()) && identity::parse(text, None, today) == Err(IdentityError::Spoilt)
        }
        _ => false,
    })
}

fn read(table: &Table<'_>, row: usize, rounded: bool, today: NaiveDate) -> Result<VolunteerRow, Vec<Refusal>> {
    let mut reader = Reader::new(table, row, today);
    let name = reader.name(Field::Name);
    let identity = document(&mut reader, rounded);
    let sex = sex(&mut reader, identity.as_ref());
    let birth_date = birth_date(&mut reader, identity.as_ref());
    let phone = reader.phone(Field::Phone);
    let teams = reader.teams();
    let political = reader.word(Field::PoliticalStatus, vocabulary::political, "import.refused.political_status");
    let joined_party_on = reader.past_day(Field::JoinedPartyOn);
    let education = reader.word(Field::Education, vocabulary::education, "import.refused.education");
    let ethnicity = reader.word(Field::Ethnicity, vocabulary::ethnicity, "import.refused.ethnicity");
    let email = reader.email();
    let joined_on = reader.past_day(Field::JoinedOn);
    let volunteer_no = volunteer_no(&mut reader);
    let stands = guardian::read(&mut reader, birth_date, name.as_deref());
    let mut text = |field| reader.text(field);
    let (role, branch, employer, town) =
        (text(Field::Role), text(Field::Branch), text(Field::Employer), text(Field::Town));
    let (community, address, skills, remark) =
        (text(Field::Community), text(Field::Address), text(Field::Skills), text(Field::Remark));
    let (Some(name), Some(identity), true) = (name, identity, reader.refusals.is_empty()) else {
        return Err(reader.refusals);
    };
    let (sheet, row) = (table.sheet.name.clone(), table.number(row));
    Ok(VolunteerRow {
        sheet,
        row,
        name,
        identity,
        sex,
        birth_date,
        phone,
        teams,
        role,
        branch,
        political,
        joined_party_on,
        education,
        ethnicity,
        employer,
        town,
        community,
        address,
        skills,
        email,
        joined_on,
        remark,
        volunteer_no,
        stands,
        standing: Standing::First,
    })
}

fn document(reader: &mut Reader<'_, '_>, rounded: bool) -> Option<Identity> {
    let kind = reader.cell(Field::IdType);
    let kind = if kind.is_empty() {
        None
    } else {
        Some(reader.word(Field::IdType, identity::Kind::from_words, "import.refused.id_type")?)
    };
    let cell = reader.cell(Field::IdNumber);
    let identity = match identity::from_cell(cell, kind, reader.today) {
        Ok(identity) if rounded && identity::ends_rounded(&identity.number) => Err(IdentityError::Spoilt),
        other => other,
    };
    identity.map_err(|error| reader.refuse(Field::IdNumber, error.word())).ok()
}

fn sex(reader: &mut Reader<'_, '_>, identity: Option<&Identity>) -> Option<Sex> {
    let told = reader.word(Field::Sex, Sex::from_words, "import.refused.sex");
    let proved = identity.and_then(|identity| identity.sex);
    if let (Some(told), Some(proved)) = (told, proved)
        && told != proved
    {
        reader.refuse(Field::Sex, "import.refused.sex_differs");
    }
    proved.or(told)
}

/// Compares by month where the roster tells no more: 1990年3月, and the first of the month in a column of months, which is
/// what a spreadsheet makes of it.
fn birth_date(reader: &mut Reader<'_, '_>, identity: Option<&Identity>) -> Option<NaiveDate> {
    let cell = reader.cell(Field::BirthDate);
    let proved = identity.and_then(|identity| identity.birth_date);
    if cell.is_empty() {
        return proved;
    }
    let heading = reader.table.heading(Field::BirthDate);
    let months = heading.contains("年月") && !heading.contains("年月日");
    let told = match date::from_cell(cell, MonthOnly::Refuse) {
        Ok(day) if months && day.day() == 1 && proved.is_some() => Err(DateError::MonthOnly(day)),
        told => told,
    };
    match (told, proved) {
        (Ok(day), Some(proved)) if day == proved => {}
        (Err(DateError::MonthOnly(first)), Some(proved))
            if (first.year(), first.month()) == (proved.year(), proved.month()) => {}
        (Ok(_) | Err(DateError::MonthOnly(_)), Some(_)) => {
            reader.refuse(Field::BirthDate, "import.refused.birth_date_differs")
        }
        (Ok(day), None) if day > reader.today => reader.refuse(Field::BirthDate, "import.refused.future"),
        (Ok(day), None) => return Some(day),
        (Err(error), _) => reader.refuse(Field::BirthDate, error.word()),
    }
    proved
}

fn volunteer_no(reader: &mut Reader<'_, '_>) -> Option<String> {
    let cell = reader.cell(Field::VolunteerNo);
    if cell.is_empty() {
        return None;
    }
    volunteer_number::parse(&cell.shown()).map_err(|error| reader.refuse(Field::VolunteerNo, error.word())).ok()
}

/// Looks at all rows of one number together: another name is refused on every one of them; the same name joins or repeats.
fn compare(roster: &mut Roster) {
    let mut groups: HashMap<(identity::Kind, &str), Vec<usize>> = HashMap::with_capacity(roster.rows.len());
    for (at, row) in roster.rows.iter().enumerate() {
        groups.entry((row.identity.kind, &row.identity.number)).or_default().push(at);
    }
    let shared: Vec<Vec<usize>> = groups.into_values().filter(|rows| rows.len() > 1).collect();
    let mut contrary: HashMap<usize, usize> = HashMap::new();
    for rows in shared {
        let first = rows[0];
        let other = rows.iter().copied().find(|at| !name::same(&roster.rows[*at].name, &roster.rows[first].name));
        match other {
            Some(other) => contrary.extend(
                rows.iter().map(|at| (*at, if *at == other { first } else { differing(roster, *at, first, other) })),
            ),
            None => stand(roster, &rows),
        }
    }
    remove(roster, &contrary);
}

fn differing(roster: &Roster, at: usize, first: usize, other: usize) -> usize {
    if name::same(&roster.rows[at].name, &roster.rows[first].name) { other } else { first }
}

fn stand(roster: &mut Roster, rows: &[usize]) {
    let first = rows[0];
    let mut seen: Vec<TeamRef> = roster.rows[first].teams.clone();
    for at in rows.iter().skip(1).copied() {
        let new: Vec<TeamRef> = roster.rows[at].teams.iter().filter(|team| !seen.contains(team)).cloned().collect();
        roster.rows[at].standing = if new.is_empty() { Standing::Repeats(first) } else { Standing::Joins(first) };
        seen.extend(new);
    }
}

/// Takes the contrary rows out, each refused with the row that it contradicts, and keeps the file's order and the indices
/// of those that stay.
fn remove(roster: &mut Roster, contrary: &HashMap<usize, usize>) {
    if contrary.is_empty() {
        return;
    }
    let place = |at: usize| (roster.rows[at].sheet.clone(), roster.rows[at].row);
    let mut order: Vec<usize> = contrary.keys().copied().collect();
    order.sort_unstable();
    let refusals: Vec<Refusal> = order
        .into_iter()
        .map(|at| {
            let (sheet, row) = place(at);
            let shown = identity::mask(&roster.rows[at].identity.number);
            Refusal {
                sheet,
                row,
                field: Field::IdNumber,
                reason: "import.refused.id_of_another_name",
                shown,
                other: Some(place(contrary[&at])),
            }
        })
        .collect();
    roster.refused.extend(refusals);
    let mut moved = Vec::with_capacity(roster.rows.len());
    let mut kept = 0;
    for at in 0..roster.rows.len() {
        moved.push(kept);
        kept += usize::from(!contrary.contains_key(&at));
    }
    let rows = std::mem::take(&mut roster.rows).into_iter().enumerate().filter(|(at, _)| !contrary.contains_key(at));
    roster.rows = rows
        .map(|(_, mut row)| {
            row.standing = match row.standing {
                Standing::First => Standing::First,
                Standing::Joins(first) => Standing::Joins(moved[first]),
                Standing::Repeats(first) => Standing::Repeats(moved[first]),
            };
            row
        })
        .collect();
}
