//! Made-up ledgers of a district: who there is, what happens to each project, how it is written.

pub mod case;
pub mod community;
pub mod district;
pub mod draw;
pub mod life;
pub mod world;
pub mod write;
