CREATE TABLE contacts (
  id INTEGER PRIMARY KEY, customer_no TEXT, xingming TEXT, xingbie TEXT, shouji TEXT, youxiang TEXT,
  sfz_no TEXT, csrq TEXT, minzu TEXT, dizhi TEXT, wechat_id TEXT, laiyuan TEXT, created_at TEXT);
CREATE TABLE companies (
  id INTEGER PRIMARY KEY, name TEXT, credit_code TEXT, contact_name TEXT, contact_phone TEXT,
  contact_email TEXT, industry TEXT, yearly_volume_kg INTEGER);
CREATE TABLE notes (
  id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), author_id INTEGER,
  body TEXT, created_at TEXT);
CREATE TABLE "客户回访" (
  "编号" INTEGER PRIMARY KEY, "客户姓名" TEXT, "联系电话" TEXT, "回访时间" TEXT, "满意度" INTEGER,
  "备注" TEXT);
CREATE TABLE tea_classes (id INTEGER PRIMARY KEY, title TEXT, starts_at TEXT, seats INTEGER, price REAL);
CREATE TABLE kids_class_registrations (
  id INTEGER PRIMARY KEY, class_id INTEGER REFERENCES tea_classes (id), child_name TEXT,
  child_birth_date TEXT, guardian_name TEXT, guardian_phone TEXT, guardian_email TEXT,
  allergies TEXT, registered_at TEXT);
CREATE TABLE employees (
  "工号" TEXT PRIMARY KEY, "姓名" TEXT, "部门" TEXT, "工作邮箱" TEXT, "手机号" TEXT, "入职日期" TEXT,
  "月薪" REAL, "银行卡号" TEXT, "紧急联系人" TEXT, "紧急联系电话" TEXT);
CREATE TABLE call_log (
  id INTEGER PRIMARY KEY, direction TEXT, caller TEXT, duration_s INTEGER, agent_no TEXT, started_at TEXT);
CREATE TABLE sys_dict (dict_type TEXT, code TEXT, label TEXT, sort INTEGER);
CREATE TABLE sys_job_log (id INTEGER PRIMARY KEY, job TEXT, result TEXT, took_ms INTEGER, at TEXT);
