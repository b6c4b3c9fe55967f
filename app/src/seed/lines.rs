//! Some of each way to recruit: a few open activities invite teams, collect wishes for a draw, held one, ask for a skill; and the
//! demo's volunteer has an offer to answer.

use super::dice::Dice;
use super::plain;
use super::plan::Plan;
use super::world::World;
use activities::model::{ActivityId, Invited, State};
use chrono::Duration;
use kernel::db::LaneKey;
use kernel::{Cx, Json, Result, Tx, args};

/// What each of the first open activities shows, in turn.
#[derive(Clone, Copy)]
enum Shows {
    Offer,
    Wishes,
    Drawn,
    Teams,
    Skill,
}

const ALL: [Shows; 5] = [Shows::Offer, Shows::Wishes, Shows::Drawn, Shows::Teams, Shows::Skill];

/// Turns a few open activities into examples; the next one of the demo's volunteer stays as it is.
pub(super) async fn make(cx: &Cx, world: &World, plan: &Plan, dice: &mut Dice) -> anyhow::Result<()> {
    let soon = world.now + Duration::hours(30);
    let mut open = Vec::new();
    for (n, activity) in plan.activities.iter().enumerate() {
        let first = plan.sessions.iter().find(|s| s.activity == n);
        if activity.state == State::Open
            && n != plan.next
            && let Some(first) = first.filter(|s| s.starts_at > soon)
        {
            open.push((activity.id, first));
        }
    }
    for (shows, (activity, session)) in ALL.into_iter().zip(open) {
        let (id, seed) = (dice.id(world.now), dice.word());
        let (team, person) = (&world.teams[world.demo_team], world.people[world.volunteer()].id);
        let (team_id, team_name) = (team.id, team.name.clone());
        let (at, place) = (cx.clone(), (activity, session.id, session.posts[0]));
        let (starts_at, ends_at) = (session.starts_at, session.ends_at);
        cx.db
            .write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| match shows {
                Shows::Offer => {
                    let sql = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state,
                                 position, starts_at, ends_at, made_at, changed_at, offered_until)
                               SELECT tenant_id, $2, $3, $4, id, $5, $6, 'waiting', next_position, $7, $8, $9, $9, $10 FROM post
                               WHERE tenant_id = $1 AND id = $11";
                    let (made_at, until) = (at.now - Duration::hours(20), at.now + Duration::hours(9));
                    let (activity, session, post) = place;
                    let cells =
                        args![at.tenant, id, activity, session, person, team_id, starts_at, ends_at, made_at, until, post];
                    tx.execute(sql, cells).await?;
                    let sql = "UPDATE post SET places = places + 1, taken = taken + 1, next_position = next_position + 1
                               WHERE tenant_id = $1 AND id = $2";
                    tx.execute(sql, args![at.tenant, post]).await.map(drop)
                }
                Shows::Wishes => draws(tx, &at, (activity, &seed), starts_at - Duration::hours(20)).await,
                Shows::Drawn => draws(tx, &at, (activity, &seed), at.now - Duration::hours(2)).await,
                Shows::Teams => {
                    let invited = vec![Invited { team: team_id, name: team_name }];
                    let sql = "UPDATE activity SET scope = 'teams', only_team = FALSE, invited = $1 WHERE tenant_id = $2 AND id = $3";
                    tx.execute(sql, args![Json(&invited), at.tenant, activity]).await.map(drop)
                }
                Shows::Skill => {
                    let sql = "UPDATE activity SET skills = $1 WHERE tenant_id = $2 AND id = $3";
                    tx.execute(sql, args![Json(vec!["急救"]), at.tenant, activity]).await.map(drop)
                }
            })
            .await
            .map_err(plain)?;
    }
    activities::hold_draws(cx.clone()).await.map_err(plain)
}

/// Whoever joined wishes instead; the draw of what has closed is held by its own verb.
async fn draws(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (activity, seed): (ActivityId, &str),
    closes_at: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    let sql = "UPDATE signup SET state = 'waiting' WHERE tenant_id = $1 AND activity_id = $2 AND state = 'joined'";
    tx.execute(sql, args![cx.tenant, activity]).await?;
    let sql = "UPDATE post SET waiting = waiting + taken, taken = 0,
                 places = CASE WHEN waiting + taken > 3 THEN (waiting + taken) * 2 / 3 ELSE places END
               WHERE tenant_id = $1 AND activity_id = $2";
    tx.execute(sql, args![cx.tenant, activity]).await?;
    let sql = "UPDATE activity SET way = 'draw', scope = 'public', only_team = FALSE, closes_at = $1 WHERE tenant_id = $2 AND id = $3";
    tx.execute(sql, args![closes_at, cx.tenant, activity]).await?;
    activities::commit_draw(tx, cx, activity, seed).await
}
