//! Which schemas a store can have.

use deskhand_engine::StoreError;

/// The schema that this program knows, step by step: the number of each, and its statements.
pub(crate) type Steps = [(i64, &'static str)];

/// The number of the last step.
pub(crate) fn newest(steps: &Steps) -> i64 {
    steps.last().map_or(0, |(version, _)| *version)
}

/// Refuses a store with a newer schema than ours.
pub(crate) fn refuse_newer(steps: &Steps, found: i64) -> Result<(), StoreError> {
    let known = newest(steps);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    Ok(())
}

/// The statements of what a store with this schema lacks, in order.
pub(crate) fn missing(steps: &Steps, found: i64) -> impl Iterator<Item = &'static str> {
    let missing = steps.iter().filter(move |(version, _)| *version > found);
    missing.map(|(_, sql)| *sql)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The files of a database, by name.
    fn files(database: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        let files = std::fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn every_step_is_there_for_each_database_and_in_its_list() {
        assert_eq!(files("sqlite"), files("postgres"));
        let numbers: Vec<i64> = files("sqlite").iter().map(|name| name[..4].parse().unwrap()).collect();
        for steps in [&crate::sqlite::STEPS[..], &crate::postgres::STEPS[..]] {
            let listed: Vec<i64> = steps.iter().map(|(number, _)| *number).collect();
            assert_eq!(listed, numbers);
        }
    }
}
