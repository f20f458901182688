//! Records put into a world, each with the `_info` that all of them have.

use super::desk::{SET_UP, document};
use super::render::{Object, href};
use crate::world::{Kind, World, iso};

/// A record of the desk as it was set up.
pub(super) fn seed(world: &World, kind: Kind, id: i64, parent: i64, object: Object) {
    seed_with_links(world, kind, (id, parent), object, &[]);
}

/// The same with the addresses of what belongs to it.
pub(super) fn seed_with_links(
    world: &World,
    kind: Kind,
    (id, parent): (i64, i64),
    mut object: Object,
    links: &[(&str, String)],
) {
    let mut info = Object::new();
    info.text("lastUpdated", &iso(SET_UP)).text("updatedBy", "zadmin");
    for (name, path) in links {
        info.text(name, &href(path));
    }
    object.raw("_info", &info.end());
    world.seed(kind, document(id, parent, object.end()));
}
