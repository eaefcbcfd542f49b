//! A hardware module by PKCS#11 (v2.40): an AES key in the token wraps the root by AES-GCM. The key is
//! made by the operator, with `CKA_SENSITIVE` and without `CKA_EXTRACTABLE`; it never leaves the token.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::{Mechanism, aead::GcmParams},
    object::{Attribute, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use serde::Deserialize;
use store::{KeyProvider, ProviderError};

use crate::secret_in;

/// A module is one library with one state per process: one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
/// NIST SP 800-38D §8.2: 96 bits, here random; one key wraps a root a few times in its life.
const NONCE: usize = 12;
const TAG_BITS: u64 = 128;
/// Bound to the ciphertext, so that nothing else that this key sealed passes for a root.
const USE: &[u8] = b"privet/root/v1";

/// `[keys.pkcs11]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The module's library, e.g. `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The AES key's label.
    pub key: String,
    /// File with the PIN of the token's user in its first line.
    pub pin_file: PathBuf,
}

/// The token.
#[derive(Debug, Clone)]
pub struct Token {
    config: TokenConfig,
}

impl Token {
    /// Nothing is opened before a key is asked for.
    pub fn new(config: TokenConfig) -> Self {
        Self { config }
    }

    async fn with_key<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Session, ObjectHandle) -> Result<T, String> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let config = self.config.clone();
        let place = self.place();
        // The library blocks, some of them for seconds.
        let done = tokio::task::spawn_blocking(move || open(&config, work)).await;
        let done = done.unwrap_or_else(|_| Err("it failed".into()));
        done.map_err(|why| ProviderError(format!("{place}: {why}")))
    }
}

#[async_trait::async_trait]
impl KeyProvider for Token {
    fn kind(&self) -> &'static str {
        "pkcs11"
    }

    fn place(&self) -> String {
        format!("key “{}” of token “{}”", self.config.key, self.config.token)
    }

    async fn wrap(&self, root: &[u8; 32]) -> Result<String, ProviderError> {
        let root = *root;
        self.with_key(move |session, key| {
            let mut nonce = [0; NONCE];
            session.generate_random_slice(&mut nonce).map_err(told)?;
            let mut used = nonce;
            let gcm = GcmParams::new(&mut used, USE, TAG_BITS.into()).map_err(told)?;
            let body = session.encrypt(&Mechanism::AesGcm(gcm), key, &root).map_err(told)?;
            Ok(BASE64.encode([nonce.as_slice(), &body].concat()))
        })
        .await
    }

    async fn unwrap(&self, wrapped: &str) -> Result<[u8; 32], ProviderError> {
        let damaged =
            || "what it wrapped is damaged; put privet.key back from your backup".to_owned();
        let bytes = BASE64.decode(wrapped).map_err(|_| ProviderError(damaged()))?;
        self.with_key(move |session, key| {
            let (nonce, body) = bytes.split_at_checked(NONCE).ok_or_else(damaged)?;
            let mut nonce = nonce.to_vec();
            let gcm = GcmParams::new(&mut nonce, USE, TAG_BITS.into()).map_err(told)?;
            let plain = session.decrypt(&Mechanism::AesGcm(gcm), key, body).map_err(|error| {
                format!(
                    "the key in privet.key does not open with it; another key of this name? {}",
                    told(error)
                )
            })?;
            plain.try_into().map_err(|_| damaged())
        })
        .await
    }
}

/// Opens the module, the token and the key; closes all of them again, so that a token that was
/// unplugged and came back is found.
fn open<T>(
    config: &TokenConfig,
    work: impl FnOnce(&Session, ObjectHandle) -> Result<T, String>,
) -> Result<T, String> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let pin = secret_in(&config.pin_file).map_err(|error| error.0)?;
    let module = Pkcs11::new(&config.module).map_err(|_| {
        format!("the module {} cannot be loaded; check `module`", config.module.display())
    })?;
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).map_err(told)?;
    let done = with_token(&module, config, pin, work);
    // Nothing can be done about a module that does not close; the work is done.
    let _ = module.finalize();
    done
}

fn with_token<T>(
    module: &Pkcs11,
    config: &TokenConfig,
    pin: String,
    work: impl FnOnce(&Session, ObjectHandle) -> Result<T, String>,
) -> Result<T, String> {
    let slots = module.get_slots_with_initialized_token().map_err(told)?;
    let labelled = |slot: &cryptoki::slot::Slot| {
        module.get_token_info(*slot).is_ok_and(|info| info.label() == config.token)
    };
    let slot =
        slots.into_iter().find(labelled).ok_or("no such token is there; is it plugged in?")?;
    let session = module.open_ro_session(slot).map_err(told)?;
    session.login(UserType::User, Some(&AuthPin::new(pin.into()))).map_err(told)?;
    let wanted = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Label(config.key.clone().into_bytes()),
    ];
    let found = session.find_objects(&wanted).map_err(told)?;
    let [key] = found.as_slice() else {
        return Err(match found.len() {
            0 => "the token holds no AES key of this name".into(),
            many => format!("the token holds {many} AES keys of this name; it must be one"),
        });
    };
    work(&session, *key)
}

/// A module's answer, in words; it holds no secret.
fn told(error: Error) -> String {
    match error {
        Error::Pkcs11(RvError::PinIncorrect, _) => {
            "the PIN is wrong; tokens lock themselves after a few tries".into()
        }
        Error::Pkcs11(RvError::PinLocked, _) => "the PIN is locked".into(),
        Error::Pkcs11(why, function) => format!("{function} said {why:?}"),
        other => other.to_string(),
    }
}
