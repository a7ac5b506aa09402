//! The JSON schema of a settings file, for editors.
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::model::settings::file::Partial;

/// The schema (draft 7, which editors of TOML know), made from the type that a file is read into.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    generator.into_root_schema_for::<Partial>().to_value()
}
