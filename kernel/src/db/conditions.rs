//! The WHERE of a list: fixed texts joined by AND, every value bound. Texts are written in code, never made of input.

use super::Value;

/// Conditions with their arguments; `?` in a text becomes the next `$n`.
#[derive(Clone, Debug)]
pub struct Conditions {
    sql: String,
    args: Vec<Value>,
}

impl Conditions {
    /// Begins with the tenant's condition.
    #[must_use]
    pub fn new(text: &'static str, args: &[Value]) -> Self {
        let mut made = Self { sql: String::new(), args: Vec::new() };
        let sql = made.number(text, args);
        made.sql = sql;
        made
    }

    /// One more condition that must hold.
    pub fn and(&mut self, text: &'static str, args: &[Value]) {
        let sql = self.number(text, args);
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql);
    }

    /// One more condition: `column` is among what `select` finds.
    pub fn and_in(&mut self, column: &'static str, select: &'static str, args: &[Value]) {
        let sql = self.number(select, args);
        self.sql.push_str(&format!(" AND {column} IN ({sql})"));
    }

    /// One more condition: `first`, or `each` for one of the values, as many of them at a time as it has `?`.
    pub fn and_any(&mut self, first: &'static str, each: &'static str, values: &[Value]) {
        let width = each.matches('?').count().max(1);
        let mut sql = format!(" AND ({first}");
        for part in values.chunks(width) {
            sql.push_str(" OR ");
            sql.push_str(&self.number(each, part));
        }
        sql.push(')');
        self.sql.push_str(&sql);
    }

    /// The part of a list that the actor may see; see `Reach::condition`.
    pub fn within(&mut self, reach: &crate::policy::Reach, region: &'static str, organisation: &'static str) {
        let sql = reach.condition(region, organisation, &mut self.args);
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql);
    }

    /// The same where the organisation hangs on the row by another table: `through` is the head of an EXISTS that is still
    /// open, in which `organisation` is a column.
    pub fn within_through(
        &mut self,
        reach: &crate::policy::Reach,
        region: &'static str,
        through: &'static str,
        organisation: &'static str,
    ) {
        if reach.is_all() {
            return;
        }
        let near = reach.condition(region, "", &mut self.args);
        let held = reach.condition("", organisation, &mut self.args);
        self.sql.push_str(&format!(" AND ({near} OR ({through} AND {held})))"));
    }

    /// One more condition: what the actor may see lies on another table. `through` is the head of an EXISTS that is still open, in
    /// which both are columns.
    pub fn within_any(
        &mut self,
        reach: &crate::policy::Reach,
        through: &'static str,
        (region, organisation): (&'static str, &'static str),
    ) {
        let there = reach.condition(region, organisation, &mut self.args);
        self.sql.push_str(&format!(" AND {through} AND {there})"));
    }

    /// The whole text with what follows the WHERE (order, limit).
    pub fn tail(&mut self, text: &'static str, args: &[Value]) -> String {
        let end = self.number(text, args);
        format!("{}{end}", self.sql)
    }

    /// Everything that was bound so far.
    #[must_use]
    pub fn args(&self) -> &[Value] {
        &self.args
    }

    fn number(&mut self, text: &'static str, args: &[Value]) -> String {
        let mut out = String::with_capacity(text.len() + 8);
        let mut given = args.iter();
        for letter in text.chars() {
            if letter == '?' {
                if let Some(value) = given.next() {
                    self.args.push(value.clone());
                }
                out.push('$');
                out.push_str(&self.args.len().to_string());
            } else {
                out.push(letter);
            }
        }
        out
    }
}
