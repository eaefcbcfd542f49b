//! Records of processing activities, computed from the map.
