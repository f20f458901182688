//! The ConnectWise PSA integration: its commands and its event feed.
