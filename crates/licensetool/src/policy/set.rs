//! Changes the rules of one layer, unless somebody else has changed them meanwhile.

use anyhow::bail;
use store::PolicySet;

use super::product::Place;
use super::{Desk, rule, show};
use crate::columns::Format;
use crate::exit::Outcome;
use crate::{clock, output};

pub(super) async fn set(
    desk: &Desk<'_>,
    place: &Place,
    rules: &[String],
) -> anyhow::Result<Outcome> {
    let before = desk.store.policy_layer(&place.scope).await?;
    let (mut layer, version) = before.map_or_else(Default::default, |it| (it.layer, it.version));
    let was = layer;
    let applied = rules.iter().map(|text| rule::apply(&mut layer, text));
    let wrong: Vec<String> = applied.filter_map(Result::err).collect();
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\nlicensetool: "));
    }
    if layer == was {
        output::say(&format!(
            "{} had these rules already; nothing was changed",
            place.name()
        ))?;
        return show::show(desk, place, Format::Table).await;
    }
    let (expected, now) = (Some(version), clock::now());
    let set = desk
        .store
        .set_policy(&place.scope, layer, expected, desk.by, now);
    match set.await? {
        PolicySet::Done(_) => show::show(desk, place, Format::Table).await,
        PolicySet::Overtaken(now_there) => {
            let by = now_there.map_or_else(|| "somebody".to_owned(), |kept| kept.set_by);
            output::say(&format!(
                "the rules of {} were changed by {by} meanwhile; nothing was changed. Look at what \
                 holds now with `licensetool policy show`, and try again",
                place.name()
            ))?;
            Ok(Outcome::Found)
        }
    }
}
