//! What a correction does in the background, waited for.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use rights::{
    Request,
    correction::{Correction, Look, Stage},
};

use crate::{house::House, support::li};

pub async fn looked(house: &House, request: &Request) -> Look {
    house.rights.look_at_held(&li(), request).await.unwrap();
    for _ in 0..3_000 {
        let look = house.rights.held(&request.id).await.unwrap().unwrap();
        if look.stage != Stage::Looking {
            assert_eq!(look.stage, Stage::Ready);
            return look;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody looked");
}

pub async fn still(house: &House, request: &Request) -> Vec<Correction> {
    for _ in 0..3_000 {
        let all = house.rights.corrections(&request.id).await.unwrap();
        if !all.iter().any(|one| one.state.moves()) {
            return all;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("corrections still move after a minute");
}
