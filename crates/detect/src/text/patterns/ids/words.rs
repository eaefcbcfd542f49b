//! Words that stand beside identifiers, in English, Chinese and the language of the country.

use super::super::context::ContextWords;

macro_rules! words {
    ($($name:ident [$($english:literal)*] [$($chinese:literal)*])+) => {
        $(pub static $name: ContextWords = ContextWords::new(&[$($english),*], &[$($chinese),*]);)+
    };
}

words! {
    // Numbers of things, not of people: nearer than the word of an identifier they silence weak checks.
    THINGS ["order" "invoice" "tracking" "parcel" "shipment" "waybill" "consignment" "ticket" "isbn"
        "ean" "upc" "gtin" "sku" "barcode" "timestamp" "unix time" "epoch" "version" "build" "commit"
        "hash" "checksum" "md5" "sha" "model" "part number" "part no" "item" "product" "batch" "lot"
        "transaction" "request id" "trace" "doi" "po number" "reference"]
        ["订单" "单号" "运单" "快递" "物流" "发票" "流水" "时间戳" "条码" "条形码" "货号" "批次" "批号"
        "版本" "型号" "商品" "产品" "编码" "交易号" "凭证" "书号" "合同号"]
    // --- China
    CN_ID ["id card" "identity card" "id number" "id no" "resident id" "citizen" "national id" "chinese id"]
        ["身份证" "身份证号" "证件" "公民身份" "身份号" "身份號"]
    SOCIAL_CREDIT ["credit code" "uscc" "social credit" "tax id"] ["信用代码" "税号" "纳税人识别号" "营业执照"]
    ORGANISATION ["organisation code" "organization code"] ["组织机构代码" "机构代码" "组织机构"]
    LICENCE ["business licence" "business license" "registration number"] ["营业执照" "注册号" "工商注册" "执照号"]
    CN_PASSPORT ["passport" "travel document"] ["护照"]
    PERMIT ["permit" "travel permit" "home return" "home-return" "exit-entry"]
        ["通行证" "回乡证" "港澳" "往来" "来往内地" "证件"]
    TAIWAN_PERMIT ["taiwan compatriot" "mtp" "taiwan permit" "compatriot permit" "taiwan travel permit"]
        ["台胞证" "台胞證" "台湾居民来往" "台湾通行证" "台灣居民"]
    RESIDENT ["permanent resident" "permanent residence" "pr card" "green card"] ["永久居留" "永居"]
    HK_ID ["hkid" "hong kong id" "hong kong identity" "identity card" "id card"] ["香港身份" "香港身分" "身份证" "身分證"]
    MACAU_ID ["macau id" "macao id" "macau resident" "macao resident" "bir"] ["澳门身份" "澳門身份" "澳门居民" "澳门身分"]
    TAIWAN_ID ["taiwan id" "taiwanese id" "national id" "identity card" "id card" "arc"] ["台湾身份" "台灣身分" "身份证" "身分證" "统一编号" "居留证"]
    // --- finance
    CARD ["card" "credit card" "debit card" "visa" "mastercard" "amex" "american express" "maestro"
        "unionpay" "diners" "discover" "jcb" "mir" "rupay" "pan" "cc" "payment"]
        ["卡号" "银行卡" "信用卡" "借记卡" "储蓄卡" "银联" "付款卡" "账号" "帐号" "卡片" "工资卡" "卡"]
    CARD_NAMED ["card" "credit card" "debit card" "visa" "mastercard" "amex" "maestro" "cc"]
        ["卡号" "银行卡" "信用卡" "借记卡" "储蓄卡"]
    ROUTING ["routing" "aba" "rtn" "transit number" "fedwire" "ach"] ["路由号" "路由号码" "银行代码"]
    SORT_CODE ["sort code" "sort-code"] ["清算码" "分行代码"]
    // --- Americas
    SSN ["ssn" "social security" "social" "soc sec" "ss#" "ssid" "taxpayer"] ["社会保障号" "社会安全号" "社安号" "社保号" "社会安全"]
    ITIN ["itin" "taxpayer" "tax id" "tin" "individual taxpayer"] ["纳税人识别号" "纳税识别号" "税号"]
    NPI ["npi" "national provider" "provider identifier" "provider id"] ["医疗服务者"]
    MEDICARE ["medicare" "mbi" "beneficiary" "hicn"] ["医保" "医疗保险"]
    DEA ["dea" "prescriber" "medical license" "medical licence" "controlled substance"] ["处方" "医师执照"]
    SIN ["sin" "social insurance" "nas" "numéro d'assurance sociale"] ["社会保险号" "加拿大"]
    CURP ["curp"] ["墨西哥"]
    RFC ["rfc" "registro federal"] ["墨西哥"]
    CPF ["cpf" "cadastro de pessoas" "cadastro de pessoa"] ["巴西"]
    CNPJ ["cnpj"] ["巴西"]
    // --- United Kingdom and Ireland
    NINO ["national insurance" "nino" "ni number" "ni no" "insurance number"] ["国民保险" "保险号"]
    NHS ["nhs" "national health"] ["国民医疗" "英国医疗"]
    UK_LICENCE ["driving licence" "driving license" "driver number" "driver's licence" "licence"] ["驾照" "驾驶证"]
    UTR ["utr" "taxpayer reference" "self assessment" "tax reference"] ["纳税人编号"]
    PPS ["pps" "ppsn" "personal public service"] ["爱尔兰"]
    // --- continental Europe
    DE_TAX ["steuer" "steuer-id" "steuerid" "steuernummer" "steueridentifikationsnummer" "idnr" "tin"
        "tax id" "tax identification" "steuerliche identifikationsnummer" "german tax"] ["德国税号" "德国"]
    DE_CARD ["personalausweis" "ausweis" "ausweisnummer" "ausweisnr" "reisepass" "identity card" "id card"
        "passport" "german id"] ["德国身份证" "德国护照" "德国"]
    DE_PENSION ["rentenversicherung" "sozialversicherung" "rentenversicherungsnummer" "versicherungsnummer"
        "sozialversicherungsnummer" "svnr" "pension insurance" "social security"] ["德国社保" "德国"]
    FR_NIR ["nir" "sécurité sociale" "securite sociale" "numéro de sécu" "insee" "social security" "carte vitale"]
        ["法国社保" "法国"]
    FR_TAX ["spi" "numéro fiscal" "numero fiscal" "fiscal" "tin" "tax"] ["法国税号" "法国"]
    ES_NIF ["dni" "nif" "documento nacional" "identidad" "spanish id"] ["西班牙"]
    ES_NIE ["nie" "extranjero" "extranjeros" "spanish"] ["西班牙"]
    ES_CIF ["cif" "nif"] ["西班牙"]
    IT_CODE ["codice fiscale" "fiscal code" "cf" "c.f." "tax code"] ["意大利"]
    IT_VAT ["partita iva" "p.iva" "p. iva" "piva" "vat"] ["意大利"]
    BSN ["bsn" "burgerservicenummer" "sofinummer" "sofi" "citizen service"] ["荷兰"]
    PT_NIF ["nif" "contribuinte" "número fiscal" "numero fiscal" "nipc"] ["葡萄牙"]
    BE_NATIONAL ["rijksregister" "rijksregisternummer" "registre national" "numéro national" "national number"
        "niss" "insz" "national register"] ["比利时"]
    AT_SVNR ["svnr" "sozialversicherungsnummer" "sozialversicherung" "sv-nummer" "ssn" "e-card"] ["奥地利"]
    AHV ["ahv" "avs" "ahv-nr" "social security" "sozialversicherung"] ["瑞士"]
    VAT ["vat" "ust" "ust-idnr" "ust-id" "umsatzsteuer" "uid" "tva" "iva" "btw" "moms" "alv" "vat id"
        "vat number" "n° tva" "pdv"] ["增值税"]
    PESEL ["pesel"] ["波兰"]
    NIP ["nip" "numer identyfikacji podatkowej"] ["波兰"]
    PERSONNUMMER ["personnummer" "personnr" "samordningsnummer" "pnr" "personal number" "swedish"] ["瑞典"]
    CPR ["cpr" "cpr-nr" "cpr-nummer" "personnummer" "danish"] ["丹麦"]
    FODSELSNUMMER ["fødselsnummer" "fodselsnummer" "fnr" "personnummer" "d-nummer" "norwegian" "birth number"] ["挪威"]
    HETU ["hetu" "henkilötunnus" "henkilotunnus" "sotu" "personbeteckning" "finnish"] ["芬兰"]
    RODNE_CISLO ["rodné číslo" "rodne cislo" "rodné čislo" "r.č." "birth number"] ["捷克" "斯洛伐克"]
    OIB ["oib" "osobni identifikacijski"] ["克罗地亚"]
    CNP ["cnp" "cod numeric personal"] ["罗马尼亚"]
    EGN ["egn"] ["保加利亚" "егн" "ЕГН"]
    BALTIC ["isikukood" "asmens kodas" "personal code" "personal identification code"] ["爱沙尼亚" "立陶宛"]
    AMKA ["amka"] ["希腊" "αμκα" "ΑΜΚΑ"]
    // --- the rest of the world
    AADHAAR ["aadhaar" "aadhar" "adhaar" "uidai" "uid"] ["印度" "आधार"]
    PAN ["pan" "permanent account" "income tax"] ["印度"]
    RRN ["rrn" "resident registration" "korean"] ["韩国" "주민등록번호" "주민번호"]
    MY_NUMBER ["my number" "mynumber" "individual number" "kojin bango"] ["マイナンバー" "個人番号" "个人编号" "日本"]
    NRIC ["nric" "fin" "singapore id" "identity card" "work permit"] ["新加坡"]
    THAI ["thai" "thailand" "citizen id"] ["泰国" "เลขประจำตัวประชาชน" "บัตรประชาชน"]
    MYKAD ["mykad" "ic no" "ic number" "nric" "kad pengenalan" "malaysian"] ["马来西亚"]
    TFN ["tfn" "tax file"] ["澳大利亚税号" "澳洲税号" "澳大利亚"]
    ABN ["abn" "australian business"] ["澳大利亚" "澳洲"]
    AU_MEDICARE ["medicare"] ["澳大利亚医保" "澳洲医保"]
    ZA_ID ["south african" "south africa" "sa id" "rsa id" "id number" "identity number"] ["南非"]
    TR_KIMLIK ["kimlik" "tckn" "tc no" "t.c." "turkish id" "vatandaşlık"] ["土耳其"]
    SNILS ["snils"] ["俄罗斯" "СНИЛС" "снилс"]
    INN ["inn" "taxpayer"] ["俄罗斯" "ИНН" "инн"]
    // --- devices
    IMEI ["imei" "imeis" "device" "handset"] ["设备" "串号" "手机串号"]
    IMSI ["imsi" "subscriber"] ["用户识别码"]
    ICCID ["iccid" "sim"] ["sim卡" "SIM卡" "卡号"]
    MEID ["meid"] ["设备识别码"]
    VIN ["vin" "chassis" "vehicle identification"] ["车架号" "车辆识别" "大架号"]
    PLATE ["plate" "number plate" "licence plate" "license plate" "vehicle" "car" "registration"] ["车牌" "号牌" "牌照" "车辆" "车号"]
}
