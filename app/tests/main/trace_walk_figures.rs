//! The way of the walk through statistics: figures that are frozen, forms that are filled.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::{Sent, Walk, form};
use crate::district::Somebody;
use kernel::ids::Raw;
use kernel::{Read as _, row};

row! { struct Found { id: Raw } }

/// Everything that is kept of figures.
pub async fn walk<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (town, district) = (by("town"), by("district"));
    let read = [("statistics.traits_read", "pivot", None)];
    let path = "/desk/statistics/pivot?metric=volunteers&rows=sex&columns=town".to_owned();
    walk.ask(district, ("GET", "/desk/statistics/pivot"), (path, Sent::Nothing), &read).await;
    let read = [("statistics.people_listed", "pivot", None)];
    let path = "/desk/statistics/people?metric=volunteers&sex=1".to_owned();
    walk.ask(district, ("GET", "/desk/statistics/people"), (path, Sent::Nothing), &read).await;
    let taken = [("statistics.people_taken", "pivot", None)];
    let path = "/desk/statistics/people/export?metric=active".to_owned();
    walk.ask(district, ("GET", "/desk/statistics/people/export"), (path, Sent::Nothing), &taken).await;
    let sent = form(&[("name", "年报"), ("group", "town")]);
    let frozen = [("statistics.frozen", "frozen_report", None)];
    walk.ask(district, ("POST", "/desk/statistics/frozen"), ("/desk/statistics/frozen".into(), sent), &frozen).await;
    let sent = form(&[("year", "2026"), ("metric", "hours"), ("town", "440605125"), ("goal", "90")]);
    let set = [("statistics.targets_set", "target", None)];
    walk.ask(district, ("POST", "/desk/statistics/targets"), ("/desk/statistics/targets".into(), sent), &set).await;
    blanks(walk, town).await;
}

async fn blanks(walk: &mut Walk, town: &Somebody) {
    let column = kernel::tables::Column::new("{{hours.year}}", 9);
    let file = kernel::tables::write_xlsx(&[column], std::iter::empty()).unwrap();
    let fields = [("name", "民政年报"), ("bindings", "B2 = year")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let sent = Sent::Upload(fields.to_vec(), ("file", "form.xlsx", &file));
    let made = [("statistics.blank_made", "blank", None)];
    walk.ask(town, ("POST", "/desk/statistics/blanks"), ("/desk/statistics/blanks".into(), sent), &made).await;
    let blank = walk.district.app.db().one::<Found>("SELECT id FROM statistics_blank", &[]).await.unwrap().id;
    let bound = [("statistics.blank_bound", "blank", Some(blank))];
    let sent = (format!("/desk/statistics/blanks/{blank}/bindings"), form(&[("bindings", "B3 = year")]));
    walk.ask(town, ("POST", "/desk/statistics/blanks/{blank}/bindings"), sent, &bound).await;
    let ended = [("statistics.blank_ended", "blank", Some(blank))];
    let sent = (format!("/desk/statistics/blanks/{blank}/removal"), form(&[]));
    walk.ask(town, ("POST", "/desk/statistics/blanks/{blank}/removal"), sent, &ended).await;
}
