# 数据源类型
source-kind-sqlite = SQLite 文件
source-kind-postgres = PostgreSQL
source-kind-mysql = MySQL 或 MariaDB
source-kind-files = 文件或文件夹（CSV、TSV、JSON Lines、Parquet）
source-kind-declared = 由文件声明，不扫描

# TLS 模式
tls-disable = 不加密
tls-disable-about = 包括密码在内的全部内容以明文在网络上传输。仅适用于本机上的数据库。
tls-prefer = 服务器支持时加密
tls-prefer-about = 不校验证书，也接受不支持 TLS 的服务器。
tls-require = 始终加密
tls-require-about = 不校验证书：可防窃听，但不能防止他人冒充您的服务器。
tls-verify-full = 始终加密并校验服务器
tls-verify-full-about = 证书必须有效、受信任，且与主机名一致。跨网络连接时应选此项。

# 连接测试后的建议
source-advice-account_can_write = 此账号有权修改数据。Privet 从不写入，但使用只读账号更安全：只授予 SELECT 权限即可。
source-advice-not_encrypted = 连接未加密。跨网络连接时，请选择始终加密的 TLS 模式。
source-advice-no_stores = 已连接，但此账号看不到任何表。请检查数据库名称，并授予该账号 SELECT 权限。

# 错误：发生了什么，该怎么办
source-error-bad-address = “{ $subject }”不是有效的数据源地址。
source-error-bad-address-do = 请使用 sqlite:文件、postgres://用户@主机/数据库、mysql://用户@主机/数据库，或文件、文件夹的路径。密码中的特殊字符请写成 %XX，例如 @ 写成 %40。
source-error-bad-option = 不支持参数“{ $subject }”。
source-error-bad-option-do = 请从地址中删除或更正该参数。支持的参数：sslmode = disable、prefer、require 或 verify-full。
source-error-dns = 无法解析主机名 { $subject }。
source-error-dns-do = 请检查拼写，并确认运行 Privet 的机器的 DNS 能够解析该名称。
source-error-refused = { $subject } 拒绝了连接。
source-error-refused-do = 请检查主机和端口，确认数据库正在运行，并且监听该地址而不只是监听本机。
source-error-timeout = { $subject } 未在规定时间内响应。
source-error-timeout-do = 请确认主机已开机，且防火墙和安全组允许本机访问。
source-error-lost = 与 { $subject } 的连接中断。
source-error-lost-do = 请检查网络和服务器日志，然后重新扫描；已有的发现不会丢失。
source-error-full = { $subject } 没有空闲连接。
source-error-full-do = 请在负载较低时重试，或提高服务器或该账号的连接数上限。Privet 使用两个连接。
source-error-tls = 与 { $subject } 的 TLS 连接失败：{ $why }
source-error-tls-do = 请确认服务器支持 TLS，且证书对该主机名有效。如使用自有 CA，请提供其证书文件，或选择其他 TLS 模式。
source-error-password = { $subject } 拒绝了用户名或密码。
source-error-password-do = 请检查用户名和密码，并确认该账号可以从本机连接。
source-error-no-database = 没有此账号可用的数据库“{ $subject }”。
source-error-no-database-do = 请检查数据库名称，并确认该账号有权访问。
source-error-missing = { $subject } 不存在。
source-error-missing-do = 请检查路径。该路径应位于运行 Privet 的机器上。
source-error-not-a-database = { $subject } 不是可读取的数据库或数据文件。
source-error-not-a-database-do = 支持 SQLite、CSV、TSV、JSON Lines、JSON 和 Parquet。加密的数据库和压缩文件请先解密或解压。
source-error-denied = 读取 { $subject } 被拒绝。
source-error-denied-do = 请授予该账号对它的 SELECT 权限（以及所在模式的 USAGE 权限）；若为文件，请授予运行 Privet 的用户读取权限。
source-error-vanished = { $subject } 在扫描期间消失或列发生了变化。
source-error-vanished-do = 无需处理；下次扫描将按届时的状态读取。
source-error-busy = { $subject } 被其他程序锁定。
source-error-busy-do = 请在负载较低时重新扫描。Privet 只等待几秒，自身从不长期持有锁。
source-error-blocked = 当前配置不允许 Privet 连接或读取 { $subject }。
source-error-blocked-do = 如确有需要，请在配置文件的 [network] 中放行该地址，或在 [files] 中放行该文件夹。链路本地地址、云元数据地址以及 Privet 自身的文件在任何情况下都不能放行。
source-error-slow = 读取 { $subject } 超出了语句时限。
source-error-slow-do = 本次已跳过。请在服务器负载较低时扫描、提高时限，或用表过滤条件将其排除。
source-error-malformed = { $subject } 格式有误：{ $why }
source-error-malformed-do = 请用生成该文件的程序检查，或重新导出。其他数据不受影响。
source-error-other = { $subject }：{ $why }
source-error-other-do = 请在服务器手册和日志中查找该代码，或稍后重试；如仍存在，请附上该代码反馈问题。

# Scanning what has nothing to scan
scan-error-declared = 这个数据源由文件声明，没有可扫描的内容。如需扫描，请添加带有数据库地址的数据源。
