//! Setting Peerlore up, from the key in the terminal to the first webhook that the new App signs; and the doctor, in a
//! healthy world and in broken ones.
#[path = "../support/database.rs"]
mod database;

mod doctor;
mod guarded;
mod served;
mod told;
mod walk;
mod world;
