//! A client for the ConnectWise PSA REST API.
