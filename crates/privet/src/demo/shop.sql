CREATE TABLE customers (
  id INTEGER PRIMARY KEY, customer_no TEXT NOT NULL UNIQUE, first_name NVARCHAR(60),
  last_name NVARCHAR(60), email VARCHAR(120) NOT NULL, phone VARCHAR(24), birth_date DATE,
  gender CHAR(1), language CHAR(5), password_hash CHAR(64), created_at DATETIME, is_vip BOOLEAN);
CREATE TABLE addresses (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
  recipient NVARCHAR(80), street NVARCHAR(160), city NVARCHAR(60), region NVARCHAR(60),
  postal_code VARCHAR(12), country CHAR(2), phone VARCHAR(24));
CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT, parent_id INTEGER REFERENCES categories (id));
CREATE TABLE products (
  id INTEGER PRIMARY KEY, sku VARCHAR(16) UNIQUE, title NVARCHAR(120), title_zh NVARCHAR(120),
  category_id INTEGER REFERENCES categories (id), price DECIMAL(8,2), currency CHAR(3),
  weight_g INTEGER, harvest_year INTEGER, stock INTEGER);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY, order_no VARCHAR(20) UNIQUE, customer_id INTEGER REFERENCES customers (id),
  address_id INTEGER REFERENCES addresses (id), status VARCHAR(12), total DECIMAL(10,2),
  currency CHAR(3), ip_address VARCHAR(45), user_agent TEXT, coupon VARCHAR(12), placed_at DATETIME);
CREATE TABLE order_items (
  order_id INTEGER REFERENCES orders (id), line INTEGER, product_id INTEGER REFERENCES products (id),
  quantity INTEGER, unit_price DECIMAL(8,2), PRIMARY KEY (order_id, line));
CREATE TABLE payments (
  id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id), method VARCHAR(12),
  card_holder NVARCHAR(80), card_number VARCHAR(19), card_expiry CHAR(5), amount DECIMAL(10,2),
  provider_ref VARCHAR(32), paid_at DATETIME);
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES products (id),
  customer_id INTEGER REFERENCES customers (id), rating INTEGER, body TEXT, created_at DATETIME);
CREATE TABLE gift_messages (
  id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id), message TEXT);
CREATE TABLE loyalty_cards (
  card_no VARCHAR(12) PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), tier VARCHAR(8),
  points INTEGER, issued_at DATE);
CREATE TABLE stock_movements (
  id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES products (id), delta INTEGER,
  reason VARCHAR(16), moved_at DATETIME);
CREATE TABLE shipping_rates (zone VARCHAR(8), max_weight_g INTEGER, price DECIMAL(8,2), currency CHAR(3));
CREATE TABLE shop_settings (key TEXT PRIMARY KEY, value TEXT);
CREATE VIEW vw_order_labels AS
  SELECT o.order_no, a.recipient, a.street, a.city, a.postal_code, a.country, a.phone
  FROM orders o JOIN addresses a ON a.id = o.address_id;
CREATE VIEW vw_daily_sales AS
  SELECT substr(placed_at, 1, 10) AS day, currency, COUNT(*) AS orders, SUM(total) AS revenue
  FROM orders GROUP BY 1, 2;
