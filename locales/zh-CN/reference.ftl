# API 参考
reference-title = API 参考
reference-nav = 接口
reference-version = 版本
reference-name = 名称
reference-kind = 类型
reference-meaning = 含义
reference-required = 必填
reference-scope = 令牌权限范围：
reference-open = 无需令牌。
reference-parameters = 参数
reference-body = 请求体
reference-example = 示例
reference-answers = 返回
