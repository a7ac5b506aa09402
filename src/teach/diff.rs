//! How near the next push came to a commented line.
