//! A local PSA that behaves like the ConnectWise PSA REST API, with seeds, activity and faults.
