//! Turns of the loop against a simulated Microsoft.
