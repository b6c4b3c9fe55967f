//! A list of teams made checked rows.

use std::collections::HashMap;

use chrono::NaiveDate;
use people::rules::phone::Phone;

use super::{
    cells::{Reader, Refusal},
    columns::{Field, plain},
    layout::{Layout, Table},
};

/// What a list of teams came to.
#[derive(Debug, Clone, Default)]
pub struct TeamRoster {
    /// The rows that can be taken, in the order of the file.
    pub rows: Vec<TeamRow>,
    /// Why the others cannot.
    pub refused: Vec<Refusal>,
    /// Rows read.
    pub read: usize,
}

/// A team that can be taken. Absent means that the list does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamRow {
    /// The name on the tab; empty for a csv.
    pub sheet: String,
    /// The row as the spreadsheet counts it.
    pub row: u32,
    /// 2 to 100 characters.
    pub name: String,
    /// The number that the list gives it.
    pub number: Option<String>,
    /// As written.
    pub kind: Option<String>,
    /// As written.
    pub town: Option<String>,
    /// As written.
    pub community: Option<String>,
    /// Cleaned.
    pub leader_name: Option<String>,
    /// Checked.
    pub leader_phone: Option<Phone>,
    /// The first of the month when the list tells no day.
    pub founded_on: Option<NaiveDate>,
    /// Cleaned.
    pub contact: Option<String>,
    /// Checked.
    pub contact_phone: Option<Phone>,
    /// As written.
    pub parent: Option<String>,
    /// As written.
    pub remark: Option<String>,
}

/// Checks all lists of a workbook together; `today` is the Beijing day. A name twice in one community, or a number twice,
/// is refused on the later row, which names the earlier.
pub fn check(layout: &Layout<'_>, today: NaiveDate) -> TeamRoster {
    let mut roster = TeamRoster::default();
    let mut seen: HashMap<String, (String, u32)> = HashMap::new();
    for table in &layout.tables {
        roster.read += table.rows.len();
        for at in &table.rows {
            match read(table, *at, today).and_then(|row| alone(row, &mut seen)) {
                Ok(row) => roster.rows.push(row),
                Err(refusals) => roster.refused.extend(refusals),
            }
        }
    }
    roster
}

fn read(table: &Table<'_>, row: usize, today: NaiveDate) -> Result<TeamRow, Vec<Refusal>> {
    let mut reader = Reader::new(table, row, today);
    let name = reader.text(Field::Name);
    match name.as_deref().map_or(0, |name| name.chars().count()) {
        0 => reader.refuse(Field::Name, "import.refused.team_name_missing"),
        2..=100 => {}
        _ => reader.refuse(Field::Name, "import.refused.team_name_length"),
    }
    let person =
        |reader: &mut Reader<'_, '_>, field| if reader.cell(field).is_empty() { None } else { reader.name(field) };
    let (leader_name, contact) = (person(&mut reader, Field::LeaderName), person(&mut reader, Field::Contact));
    let (leader_phone, contact_phone) = (reader.phone(Field::LeaderPhone), reader.phone(Field::ContactPhone));
    let founded_on = reader.past_day(Field::FoundedOn);
    let mut text = |field| reader.text(field);
    let (number, kind, town) = (text(Field::Number), text(Field::TeamKind), text(Field::Town));
    let (community, parent, remark) = (text(Field::Community), text(Field::Parent), text(Field::Remark));
    let (Some(name), true) = (name, reader.refusals.is_empty()) else { return Err(reader.refusals) };
    let (sheet, row) = (table.sheet.name.clone(), table.number(row));
    Ok(TeamRow {
        sheet,
        row,
        name,
        number,
        kind,
        town,
        community,
        leader_name,
        leader_phone,
        founded_on,
        contact,
        contact_phone,
        parent,
        remark,
    })
}

fn alone(row: TeamRow, seen: &mut HashMap<String, (String, u32)>) -> Result<TeamRow, Vec<Refusal>> {
    let place = (row.sheet.clone(), row.row);
    let of = |text: &Option<String>| text.as_deref().map(plain).unwrap_or_default();
    let by_name = format!("{}/{}/{}", plain(&row.name), of(&row.town), of(&row.community));
    let by_number = row.number.as_deref().map(|number| format!("#{}", number.to_uppercase()));
    let twice = [
        (Some(by_name), Field::Name, "import.refused.team_twice"),
        (by_number, Field::Number, "import.refused.team_number_twice"),
    ];
    let mut refusals = Vec::new();
    for (key, field, reason) in twice {
        let Some(key) = key else { continue };
        match seen.get(&key) {
            Some(other) => {
                let shown = if field == Field::Name { row.name.chars().take(40).collect() } else { of(&row.number) };
                refusals.push(Refusal {
                    sheet: place.0.clone(),
                    row: place.1,
                    field,
                    reason,
                    shown,
                    other: Some(other.clone()),
                });
            }
            None => {
                seen.insert(key, place.clone());
            }
        }
    }
    if refusals.is_empty() { Ok(row) } else { Err(refusals) }
}
