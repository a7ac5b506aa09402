//! Peerlore turns code review into tracked peer learning.

pub mod postgres;
