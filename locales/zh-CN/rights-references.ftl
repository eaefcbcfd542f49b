# 数据库之间的引用，以及个人信息所在之处的示意图。

rights-references = 引用关系
rights-references-lead = 数据库自身没有声明的关系：某个库的哪一列指向另一个库的行。查找、制作副本、更正和删除都会像外键一样沿其进行。
rights-references-none = 尚未声明引用
rights-references-none-text = 库内的外键以及邮箱、电话、客户编号会自动识别。请声明其余的关系，例如工单的联系人、订单的账户。
rights-references-no-tables = 请先连接并扫描一个数据库。
rights-reference-new = 声明引用
rights-reference-from = 引用方
rights-reference-to = 被引用方
rights-reference-at = 声明日期
rights-reference-table = 表
rights-reference-column = 列
rights-reference-careful = 引用方的行归属于被引用行所属的人：删除此人时也会删除该行。依赖它之前请先查看计划。
rights-reference-declare = 声明
rights-reference-remove = 移除
rights-reference-remove-title = 移除此引用？
rights-reference-remove-text = 其后的行将不再被找到；据此制定的计划须重新制定。
rights-toast-reference = 已声明
rights-toast-reference-removed = 已移除
rights-error-reference-same = 列不能引用自身。
rights-error-reference-column = 请选择两张表，并填写数据地图中已有的列。
rights-error-reference-known = 此引用已经声明。
rights-picture = 关系示意图
rights-picture-person = 本人
rights-rows = { $n } 行
