//! Peerlore turns code review into tracked peer learning.
